package org.optirag.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.PipelineScorer;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.ReadingScorer;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;

/**
 * Measures how well, and how fast, impressions are predicted. Immutable; one evaluation at a time,
 * since speed is among what is measured.
 */
public final class Evaluations {
  /** What the name of a trained scorer begins with; the exit policy follows. */
  public static final String TRAINED = "optirag ";

  private final PipelineSettings settings;
  private final Workplace workplace;

  /**
   * Sets evaluations up; nothing is loaded yet.
   *
   * @param settings how models are run
   * @param workplace where files are cached and who is told
   */
  public Evaluations(PipelineSettings settings, Workplace workplace) {
    this.settings = settings;
    this.workplace = workplace;
  }

  /**
   * The policy of a name.
   *
   * @param text "chosen" for the bundle's own, or any as {@link ExitPolicy#parse} takes it
   * @param bundle whose policy is chosen
   * @throws org.optirag.workspace.UserException if there is no such policy
   */
  public static ExitPolicy policy(String text, Bundle bundle) {
    return text.equals("chosen") ? bundle.plan().policy() : ExitPolicy.parse(text);
  }

  /**
   * Loads, scores and measures.
   *
   * @param request what is compared
   * @throws org.optirag.workspace.UserException if data or model cannot be had or do not fit, or
   *     the part has no rows
   */
  public EvaluationOutcome run(EvaluationRequest request) {
    return run(request, null);
  }

  /**
   * The same, with the prediction of each impression in a file.
   *
   * @param predictions the file, by its ending Parquet or CSV; see {@link PredictionsFile}
   * @throws org.optirag.workspace.UserException also if it cannot be written
   */
  public EvaluationOutcome run(EvaluationRequest request, @Nullable Path predictions) {
    Bundle bundle = request.bundle();
    SentenceModelStore embedders = new SentenceModelStore(workplace.cache());
    request.baselines().forEach(name -> Baselines.requireKinds(name, embedders));
    try (Pipeline pipeline = Pipeline.open(request.dataset(), bundle, settings, workplace)) {
      EvaluationRun run =
          new EvaluationRun(pipeline, request.part(), request.grouping(), request.most());
      List<ImpressionScorer> scorers = new ArrayList<>();
      request.retrievers().forEach(name -> scorers.add(pipeline.zeroShot(name)));
      ReadingScorer full = null;
      for (ExitPolicy policy : request.policies()) {
        PipelineScorer scorer = pipeline.trained(TRAINED + policy.text(), policy);
        if (policy instanceof ExitPolicy.None && request.part() == EvaluationRun.Part.TEST) {
          full = new ReadingScorer(scorer);
          scorers.add(full);
        } else {
          scorers.add(scorer);
        }
      }
      Evaluation evaluation = run.of(request.baselines(), scorers, request.slices());
      if (predictions != null) {
        PredictionsFile.write(predictions, pipeline, run.evaluator(), evaluation);
      }
      if (bundle == null) {
        return new EvaluationOutcome(evaluation, null, null);
      }
      return new EvaluationOutcome(
          evaluation, bundle.plan(), readings(full, run, pipeline, bundle));
    }
  }

  private static @Nullable HeadReadings readings(
      @Nullable ReadingScorer full, EvaluationRun run, Pipeline pipeline, Bundle bundle) {
    return full == null
        ? null
        : full.readings(
            run.evaluator(), pipeline.backbone().config().blocks(), bundle.plan().curve().blocks());
  }
}

package org.optirag.workbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.EvaluationResult;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.SampleSize;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;

/**
 * What each stage is worth, on real data: counting alone, the LLM as it was published behind the
 * graph's retriever, and a trained bundle without the LLM, at full depth and as it was calibrated.
 * Immutable; one demonstration at a time, since speed is among what is measured.
 */
public final class Demonstration {
  /** The data sets that it is on, each with a bundle of its name. */
  public static final List<String> DATASETS = List.of("movielens-100k", "movietweetings");

  private static final String RETRIEVER = "gcn";

  /** All leave at the first head. */
  private static final ExitPolicy WITHOUT_LLM = new ExitPolicy.Fixed(1);

  private final PipelineSettings settings;
  private final Workplace workplace;

  /**
   * Sets a demonstration up; nothing is loaded yet.
   *
   * @param settings how models are run
   * @param workplace where files are cached and who is told
   */
  public Demonstration(PipelineSettings settings, Workplace workplace) {
    this.settings = settings;
    this.workplace = workplace;
  }

  /**
   * Gets what is needed, scores and measures.
   *
   * @param trained what was trained; its data set is taken
   * @param most held-out impressions, a seeded sample in whole requests
   * @param zeroShot whether to show the LLM as it was published beside
   * @throws org.optirag.workspace.UserException if data or model cannot be had or do not fit
   */
  public Evaluation run(Bundle trained, int most, boolean zeroShot) {
    String dataset = trained.dataset().name();
    List<EvaluationResult> results = new ArrayList<>();
    Map<String, String> facts = new LinkedHashMap<>();
    if (zeroShot) {
      try (Pipeline pipeline = Pipeline.open(dataset, null, settings, workplace)) {
        Evaluation published =
            run(pipeline, most).of(List.of("bias"), List.of(pipeline.zeroShot(RETRIEVER)), false);
        results.addAll(published.results());
        facts.putAll(published.facts());
      }
    }
    try (Pipeline pipeline = Pipeline.open(dataset, trained, settings, workplace)) {
      ExitPolicy chosen = trained.plan().policy();
      List<ImpressionScorer> scorers = new ArrayList<>();
      scorers.add(pipeline.trained("optirag, full depth", new ExitPolicy.None()));
      if (trained.heads().getFirst().block() == 0 && !chosen.equals(WITHOUT_LLM)) {
        scorers.add(pipeline.trained("optirag, head 0 alone", WITHOUT_LLM));
      }
      scorers.add(pipeline.trained("optirag, as calibrated", chosen));
      Evaluation own =
          run(pipeline, most).of(zeroShot ? List.of() : List.of("bias"), scorers, false);
      results.addAll(own.results());
      own.facts().forEach(facts::putIfAbsent);
      facts.put("exit policy", chosen.text() + ", " + trained.plan().chosen());
      facts.put("prompt of the trained", pipeline.promptSettings().text());
      return new Evaluation(own.title(), own.created(), facts, results);
    }
  }

  private static EvaluationRun run(Pipeline pipeline, int most) {
    return new EvaluationRun(
        pipeline,
        EvaluationRun.Part.TEST,
        Requests.Grouping.DEFAULT,
        SampleSize.ofImpressions(Math.max(1, most)));
  }
}

package org.optirag.workbench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.EvaluationResult;
import org.optirag.evaluation.Requests;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;

/**
 * Everything once, on real data: the LLM as it was published behind each retriever, beside a bundle
 * at full depth and with early exit. Immutable; one demonstration at a time, since speed is among
 * what is measured.
 */
public final class Demonstration {
  /** The data that it is on. */
  public static final String DATASET = "movielens-100k";

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
   * @param most held-out impressions, a seeded sample in whole requests
   * @param trained a bundle to show beside, or null
   * @throws org.optirag.workspace.UserException if data or model cannot be had or do not fit
   */
  public Evaluation run(int most, @Nullable Bundle trained) {
    Evaluation zeroShot;
    try (Pipeline pipeline = Pipeline.open(DATASET, null, settings, workplace)) {
      zeroShot =
          run(pipeline, most)
              .of(List.of("bias"), Pipeline.RETRIEVERS.stream().map(pipeline::zeroShot).toList(), false);
    }
    return trained == null ? zeroShot : with(zeroShot, trained, most);
  }

  private static EvaluationRun run(Pipeline pipeline, int most) {
    return new EvaluationRun(
        pipeline, EvaluationRun.Part.TEST, Requests.Grouping.DEFAULT, Math.max(1, most));
  }

  /** The same impressions, scored by what was trained: at full depth, then with early exit. */
  private Evaluation with(Evaluation zeroShot, Bundle trained, int most) {
    try (Pipeline pipeline = Pipeline.open(DATASET, trained, settings, workplace)) {
      ExitPolicy chosen = trained.plan().policy();
      Evaluation early =
          run(pipeline, most)
              .of(
                  List.of("features"),
                  List.of(
                      pipeline.trained("optirag, full depth", new ExitPolicy.None()),
                      pipeline.trained("optirag, early exit", chosen)),
                  false);
      List<EvaluationResult> results = new ArrayList<>(zeroShot.results());
      results.addAll(early.results());
      Map<String, String> facts = new LinkedHashMap<>(zeroShot.facts());
      facts.put("exit policy", chosen.text() + ", " + trained.plan().chosen());
      facts.put("prompt of the trained", pipeline.promptSettings().toString());
      return new Evaluation(zeroShot.title(), early.created(), facts, results);
    }
  }
}

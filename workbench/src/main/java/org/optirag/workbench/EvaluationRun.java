package org.optirag.workbench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.NegativeSampling;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.EvaluationResult;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.SampleSize;
import org.optirag.evaluation.Slice;
import org.optirag.evaluation.baseline.Baseline;
import org.optirag.workspace.Counted;
import org.optirag.workspace.UserException;

/**
 * A held-out part of a data set that scorers are measured on. For one thread, while its pipeline is
 * open; speed is among what is measured.
 */
public final class EvaluationRun {
  /** Which held-out part is scored. */
  public enum Part {
    /** What is chosen on. */
    VALIDATION,
    /** What is measured on. */
    TEST;

    @Override
    public String toString() {
      return this == TEST ? "test" : "validation";
    }
  }

  private final Pipeline pipeline;
  private final Part part;
  private final Requests.Grouping grouping;
  private final PipelineSettings settings;
  private final Interactions heldOut;
  private final Evaluator evaluator;

  /**
   * Draws the impressions.
   *
   * @param pipeline data and models
   * @param part which held-out part
   * @param grouping how impressions become requests, where the data do not tell
   * @param most a seeded sample
   * @throws UserException if the part has no rows
   */
  public EvaluationRun(Pipeline pipeline, Part part, Requests.Grouping grouping, SampleSize most) {
    this.pipeline = pipeline;
    this.part = part;
    this.grouping = grouping;
    this.settings = pipeline.settings();
    this.heldOut = part == Part.TEST ? pipeline.split().test() : pipeline.split().validation();
    if (heldOut.size() == 0) {
      throw new UserException(
          "The " + part + " part of " + pipeline.data().name() + " has no rows.",
          "Choose another --split.");
    }
    NegativeSampling sampling = pipeline.sampling(heldOut);
    if (sampling != null) {
      pipeline
          .workplace()
          .remarks()
          .accept(
              "Every label of %s is 1: %s negatives are drawn for each, %s; figures tell how they are told apart."
                  .formatted(part, sampling.ratio(), drawn(sampling)));
    }
    this.evaluator = Evaluator.of(pipeline.impressions(heldOut), grouping, most, settings.seed());
    oneLabel(evaluator).ifPresent(pipeline.workplace().remarks());
    if (evaluator.requests().size() == most.requests()) {
      pipeline
          .workplace()
          .remarks()
          .accept(
              "No more than %d requests are scored, as the LLM takes its time: --most N, --most all."
                  .formatted(most.requests()));
    }
  }

  /** Warns where all that is scored has one label: then nothing tells a good scorer from a bad. */
  static Optional<String> oneLabel(Evaluator evaluator) {
    int liked = 0;
    for (Requests.Request request : evaluator.requests()) {
      for (boolean label : request.labels(evaluator.scored())) {
        liked += label ? 1 : 0;
      }
    }
    int all = evaluator.impressions();
    return liked > 0 && liked < all
        ? Optional.empty()
        : Optional.of(
            "%s scored %s the label %d: where all labels are alike nothing can be measured, and accuracy and LogLoss say nothing."
                .formatted(
                    all == 1 ? "The one impression" : "All " + Counted.of(all, "impression"),
                    all == 1 ? "has" : "have",
                    liked > 0 ? 1 : 0));
  }

  /** The requests. */
  public Evaluator evaluator() {
    return evaluator;
  }

  /**
   * Lets models without an LLM, trained and tuned first, and scorers with one predict them.
   *
   * @param baselines of {@link Baselines#names}
   * @param llms scorers, in the order of the table, after the baselines
   * @param sliced whether to tell of impressions by how much was known of item and user, too
   */
  public Evaluation of(
      List<String> baselines, List<? extends ImpressionScorer> llms, boolean sliced) {
    List<ImpressionScorer> scorers = new ArrayList<>();
    List<String> chosen = new ArrayList<>();
    for (String name : baselines) {
      Baseline.Tuned tuned = new Baselines(pipeline).tuned(name);
      scorers.add(tuned.scorer());
      chosen.add(tuned.chosen().isEmpty() ? name : name + ": " + tuned.chosen());
    }
    scorers.addAll(llms);
    List<EvaluationResult> results = new ArrayList<>();
    for (ImpressionScorer scorer : scorers) {
      results.add(evaluator.evaluate(scorer, settings.workers(), pipeline.workplace().progress()));
    }
    return new Evaluation(
        pipeline.data().name() + ", " + part,
        Instant.now(),
        facts(chosen, !llms.isEmpty()),
        results,
        sliced ? slices() : List.of());
  }

  /** By what could be seen of item and user when they were scored. */
  private List<Slice> slices() {
    int[] ofItem = new int[evaluator.impressions()];
    int[] ofUser = new int[evaluator.impressions()];
    int at = 0;
    for (Requests.Request request : evaluator.requests()) {
      int known = pipeline.visible().own().ofUser(request.user(), request.time()).length;
      for (int item : request.items(evaluator.scored())) {
        ofItem[at] = pipeline.visible().others().ofItem(item, request.time()).length;
        ofUser[at++] = known;
      }
    }
    return Slice.byEvidence(ofItem.length, row -> ofItem[row], row -> ofUser[row]);
  }

  private static String drawn(NegativeSampling sampling) {
    return switch (sampling.choice()) {
      case UNIFORM -> "every item alike";
      case POPULARITY -> "popular items more often";
    };
  }

  private Map<String, String> facts(List<String> chosen, boolean withLlm) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data set", pipeline.data().name());
    facts.put("split", pipeline.rule().text());
    facts.put("training interactions", Integer.toString(pipeline.split().train().size()));
    facts.put("impressions scored", evaluator.impressions() + " of " + evaluator.scored().size());
    facts.put("requests", Integer.toString(evaluator.requests().size()));
    facts.put(
        "grouping",
        evaluator.scored().hasRequests()
            ? "as shown"
            : "window " + grouping.window() + ", at most " + grouping.candidates());
    NegativeSampling sampling = pipeline.sampling(heldOut);
    if (sampling != null) {
      facts.put("negatives", sampling.ratio() + " for each click, " + drawn(sampling));
    }
    if (!chosen.isEmpty()) {
      facts.put("baselines, tuned on validation", String.join("; ", chosen));
    }
    facts.put("workers", settings.workers() + " of " + settings.threads() + " threads");
    if (withLlm) {
      facts.put("backbone", pipeline.backboneId().name());
      facts.put("numbers", pipeline.backbone().dtype() + " on " + settings.device());
      facts.put("prompt", pipeline.promptSettings().text());
      facts.put("behaviours in a prompt", "at most " + pipeline.history());
    }
    if (settings.permuted()) {
      facts.put("labels", "dealt anew at random");
    }
    facts.put("seed", Long.toString(settings.seed()));
    return facts;
  }
}

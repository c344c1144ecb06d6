package org.optirag.workbench;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import org.optirag.backbone.ExitHead;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.LlmGain;
import org.optirag.evaluation.tradeoff.PolicyChoice;
import org.optirag.evaluation.tradeoff.ReadingScorer;
import org.optirag.evaluation.tradeoff.RiskControl;
import org.optirag.evaluation.tradeoff.TradeOff;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.Counted;
import org.optirag.workspace.Deadline;
import org.optirag.workspace.UserException;

/**
 * Chooses when a trained model may stop early: from validation alone it calibrates every exit head,
 * tries exit policies of every family and puts the chosen one, with the whole curve, into the
 * bundle.
 *
 * <p>Immutable; two calibrations of one bundle at once are one too many.
 */
public final class Calibration {
  /** What a bundle is calibrated for unless told otherwise. */
  public static final PolicyChoice STANDARD = new PolicyChoice.MaxAucDrop(0.002);

  /** Enough validation impressions for a curve whose AUCs are known to about 0.01. */
  public static final int MOST = 3000;

  /** Impressions that are read before it is decided how many are. */
  private static final int TRIED = 60;

  /** The share of the time that is left for the curve and for what varies. */
  private static final double CURVE = 0.3;

  private final PipelineSettings settings;
  private final Workplace workplace;

  /** What a calibration is to reach. */
  @FunctionalInterface
  public interface Goal {
    /**
     * Chooses.
     *
     * @param readings what the heads say of the validation part
     * @throws UserException if nothing reaches the goal
     */
    ExitPlan plan(HeadReadings readings);

    /**
     * Depth only where it pays: the head before the first block answers everything unless full
     * depth certainly ranks better than it; then a point of the curve.
     *
     * @param choice among the points where the LLM pays
     * @param seed of the intervals
     */
    static Goal wherePaying(PolicyChoice choice, long seed) {
      return readings -> {
        TradeOff tradeOff = TradeOff.of(readings, TradeOff.Answer.ALL_HEADS);
        return LlmGain.of(readings, tradeOff, seed)
            .filter(gain -> !gain.isCertain())
            .map(gain ->
                tradeOff.plan(
                    new ExitPolicy.Fixed(1),
                    "the LLM's gain on validation is not certain: " + gain.text()))
            .orElseGet(() -> tradeOff.plan(choice));
      };
    }

    /** A point of the curve. */
    static Goal of(PolicyChoice choice) {
      return readings -> TradeOff.of(readings, TradeOff.Answer.ALL_HEADS).plan(choice);
    }

    /** A promise. */
    static Goal of(RiskControl control) {
      return readings -> control.plan(readings, TradeOff.Answer.ALL_HEADS);
    }
  }

  /**
   * Sets a calibration up; nothing is loaded yet.
   *
   * @param settings how the bundle is run
   * @param workplace where files are cached and who is told
   */
  public Calibration(PipelineSettings settings, Workplace workplace) {
    this.settings = settings;
    this.workplace = workplace;
  }

  /**
   * Calibrates a bundle and writes it again, and its curve as a page. What its heads say of
   * validation is kept in the cache, so that another goal for the same bundle takes seconds.
   *
   * @param bundle what was trained
   * @param directory where it is written to
   * @param goal what is to be reached
   * @param most validation impressions that are read, a seeded sample
   * @param drawn the directory that takes tradeoff.html and its data
   * @throws UserException if {@code most} is not positive, the data or the model of the bundle
   *     cannot be had, or nothing reaches the goal
   */
  public CalibrationResult run(Bundle bundle, Path directory, Goal goal, int most, Path drawn) {
    return run(bundle, directory, goal, most, Deadline.NONE, drawn);
  }

  /** The same by a deadline: on as many impressions as there is time for, which is said. */
  CalibrationResult run(
      Bundle bundle, Path directory, Goal goal, int most, Deadline deadline, Path drawn) {
    if (most < 1) {
      throw new UserException("--most " + most + " reads nothing.", "Give a positive number.");
    }
    SortedMap<Integer, ExitHead> heads = bundle.headsByBlock();
    ExitPlan plan;
    try (Pipeline pipeline = Pipeline.open(bundle.dataset().name(), bundle, settings, workplace)) {
      if (!heads.containsKey(0) && bundle.dataset().features() != null) {
        heads.put(0, withoutLlm(pipeline));
      }
      // Without a deadline the LLM is loaded only if validation was not read before.
      ReadingScorer trying = deadline.bounded() ? scorer(pipeline, heads) : null;
      int read = trying == null ? most : fitting(pipeline, trying, most, deadline);
      ReadingStore.Key key =
          new ReadingStore.Key(
              bundle, List.copyOf(heads.keySet()), pipeline.dataDigest(), drawn(pipeline, read));
      plan =
          goal.plan(
              new ReadingStore(workplace)
                  .require(
                      key,
                      () ->
                          readings(
                              pipeline,
                              trying == null ? scorer(pipeline, heads) : trying,
                              heads,
                              read)));
    }
    Bundle.write(directory, bundle.contents(heads, plan, bundle.metrics()));
    draw(bundle, plan, drawn);
    return new CalibrationResult(plan, drawn);
  }

  private void draw(Bundle bundle, ExitPlan plan, Path directory) {
    String dataset = bundle.dataset().name();
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data set", dataset);
    facts.put("backbone", bundle.manifest().backbone().name());
    facts.put("seed", Long.toString(settings.seed()));
    new TradeOffReport(
            dataset + ", validation",
            Instant.now(),
            facts,
            bundle.manifest().backbone().blocks(),
            plan,
            Optional.empty())
        .write(directory);
  }

  /** What, beside bundle and data, decides what is read and how. */
  private String drawn(Pipeline pipeline, int most) {
    return "%s, %s %s, %s on %s, %d of seed %d"
        .formatted(
            pipeline.rule(),
            settings.negatives(),
            settings.negativesBy(),
            settings.dtype(),
            settings.device(),
            most,
            settings.seed());
  }

  /** The head before the first block, of a bundle from before there was one. */
  private ExitHead withoutLlm(Pipeline pipeline) {
    return FeatureModel.headReading(
        pipeline.scaledFeatures(),
        pipeline.impressions(pipeline.split().trainExamples()),
        pipeline.impressions(pipeline.split().validation()),
        settings.seed());
  }

  /**
   * How many impressions can be read by a deadline, measured on the first of them: what is read of
   * them counts, as a larger sample begins with a smaller one.
   */
  private int fitting(Pipeline pipeline, ReadingScorer scorer, int most, Deadline deadline) {
    int all = Math.min(most, pipeline.impressions(pipeline.split().validation()).size());
    int tried = Math.min(all, TRIED);
    double before = deadline.secondsLeft();
    evaluated(pipeline, scorer, tried);
    int read = fitting(tried, before - deadline.secondsLeft(), deadline.secondsLeft(), all);
    if (read < all) {
      workplace
          .remarks()
          .accept(
              "The exits are calibrated on %s of validation, not %,d: so many can be read in the time that is left. 'optirag calibrate' reads more."
                  .formatted(Counted.of(read, "impression"), all));
    }
    return read;
  }

  /**
   * How many impressions fit.
   *
   * @param tried impressions that were read
   * @param took seconds that they took
   * @param left seconds that there are for the others
   * @param all that there are
   */
  static int fitting(int tried, double took, double left, int all) {
    double more = Math.max(0, left * (1 - CURVE)) * tried / Math.max(took, 1e-9);
    return (int)
        Math.min(all, Math.max(tried + more, Math.min(all, TrainingTime.LEAST_CALIBRATION)));
  }

  /** The bundle's prompts and features, read at full depth by heads that are not calibrated. */
  private ReadingScorer scorer(Pipeline pipeline, SortedMap<Integer, ExitHead> heads) {
    List<CalibratedHead> plain =
        heads.entrySet().stream()
            .map(h -> new CalibratedHead(h.getKey(), h.getValue(), HeadCalibration.IDENTITY))
            .toList();
    return new ReadingScorer(
        pipeline.trained(
            "validation at full depth",
            new Scorer(pipeline.backbone(), plain, new ExitPolicy.None())));
  }

  private Evaluator evaluated(Pipeline pipeline, ReadingScorer scorer, int most) {
    Evaluator evaluator =
        Evaluator.of(
            pipeline.impressions(pipeline.split().validation()),
            Requests.Grouping.DEFAULT,
            most,
            settings.seed());
    evaluator.evaluate(scorer, settings.workers(), workplace.progress());
    return evaluator;
  }

  /** What heads say of the data set's validation part. */
  private HeadReadings readings(
      Pipeline pipeline, ReadingScorer scorer, SortedMap<Integer, ExitHead> heads, int most) {
    return scorer.readings(
        evaluated(pipeline, scorer, most),
        pipeline.backbone().config().blocks(),
        List.copyOf(heads.keySet()));
  }
}

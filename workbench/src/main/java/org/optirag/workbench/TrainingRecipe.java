package org.optirag.workbench;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.AdamW;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.training.Decay;
import org.optirag.training.DepthSchedule;
import org.optirag.training.Rates;
import org.optirag.training.TrainingPlan;
import org.optirag.training.TrainingSettings;
import org.optirag.workspace.UserException;

/**
 * How an adapter and exit heads learn, whatever the model. Immutable and safe for use from several
 * threads.
 *
 * @param exits blocks after which heads stand, ascending, or null for six, the last after the last
 *     block
 * @param rank of the adapter; 0 for none, so that heads alone learn
 * @param alpha how strongly the adapter counts
 * @param dropout of the adapter's inputs, in [0, 1)
 * @param targets the matrices that the adapter changes
 * @param rate learning rate of the adapter at the first exit
 * @param headRate learning rate of the heads at the first exit
 * @param depthRates how learning rates fall with depth
 * @param distillation weight of the shallower heads' divergence from the last
 * @param pairwise weight of ranking a request's candidates, a pair at a time
 * @param listwise weight of ranking a request's candidates, all at once
 * @param epochs passes over the examples
 * @param time most of the whole run, from reading the data to the calibration, or null; what is
 *     read is shortened so that it fits ({@link Training})
 * @param stepsTime most of the steps and validations alone, over all runs that go on from each
 *     other, or null
 * @param validateEvery steps between measurements on validation
 */
public record TrainingRecipe(
    @Nullable List<Integer> exits,
    int rank,
    double alpha,
    double dropout,
    Set<LoraModule> targets,
    double rate,
    double headRate,
    DepthSchedule depthRates,
    double distillation,
    double pairwise,
    double listwise,
    int epochs,
    @Nullable Duration time,
    @Nullable Duration stepsTime,
    int validateEvery) {
  /** What was found to do well with the default model. */
  public static final TrainingRecipe DEFAULT =
      new TrainingRecipe(
          null,
          8,
          16,
          0.05,
          Set.of(LoraModule.Q_PROJ, LoraModule.V_PROJ),
          3e-4,
          3e-5,
          DepthSchedule.LINEAR,
          0,
          0,
          0,
          1,
          null,
          null,
          500);

  private static final int HEADS = 6;

  /**
   * Copies the lists; the other numbers are checked when it is known what they are for.
   *
   * @throws UserException if a time is not above zero
   */
  public TrainingRecipe {
    requirePositive("--time", time);
    requirePositive("--steps-time", stepsTime);
    exits = exits == null ? null : List.copyOf(exits);
    targets = Set.copyOf(targets);
  }

  private static void requirePositive(String option, @Nullable Duration time) {
    if (time != null && !time.isPositive()) {
      throw new UserException(
          option + " " + time.toSeconds() + "s leaves no time.",
          "Give a time above zero, such as 30m.");
    }
  }

  /** The same with heads after other blocks, ascending. */
  public TrainingRecipe withExits(List<Integer> others) {
    return new TrainingRecipe(
        others,
        rank,
        alpha,
        dropout,
        targets,
        rate,
        headRate,
        depthRates,
        distillation,
        pairwise,
        listwise,
        epochs,
        time,
        stepsTime,
        validateEvery);
  }

  /** The same with an adapter of another rank; 0 for none. */
  public TrainingRecipe withRank(int other) {
    return new TrainingRecipe(
        exits,
        other,
        alpha,
        dropout,
        targets,
        rate,
        headRate,
        depthRates,
        distillation,
        pairwise,
        listwise,
        epochs,
        time,
        stepsTime,
        validateEvery);
  }

  /** The same within another time of the whole run; null for as long as it takes. */
  public TrainingRecipe withTime(@Nullable Duration other) {
    return new TrainingRecipe(
        exits,
        rank,
        alpha,
        dropout,
        targets,
        rate,
        headRate,
        depthRates,
        distillation,
        pairwise,
        listwise,
        epochs,
        other,
        stepsTime,
        validateEvery);
  }

  /**
   * The settings for a model.
   *
   * @param blocks of the model
   * @param seed of the adapter's start, the order of the examples and the dropout
   * @param workers threads that share each batch
   * @throws UserException if a number is out of its range
   */
  public TrainingSettings settings(int blocks, long seed, int workers) {
    List<Integer> places = exits == null ? spread(blocks) : exits;
    try {
      LoraSettings lora =
          rank == 0 ? null : new LoraSettings(rank, alpha, dropout, targets, 1, places.getLast());
      return new TrainingSettings(
          lora,
          places,
          List.of(),
          distillation,
          1,
          pairwise,
          listwise,
          new Rates(rate, headRate, headRate, depthRates, 0.3, Decay.LINEAR, 20),
          AdamW.STANDARD,
          new TrainingPlan(epochs, 0, stepsTime, 1, validateEvery, 0, 50),
          seed,
          workers,
          false);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "The settings do not fit: " + e.getMessage() + ".", "See 'optirag train --help'.", e);
    }
  }

  /** Six heads, the last after the last block. */
  private static List<Integer> spread(int blocks) {
    int heads = Math.min(HEADS, blocks);
    Integer[] places = new Integer[heads];
    Arrays.setAll(places, i -> Math.round((i + 1f) * blocks / heads));
    return List.of(places);
  }
}

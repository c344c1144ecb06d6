package org.optirag.evaluation.baseline;

import java.util.List;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.workspace.Progress;
import org.optirag.workspace.Remark;
import org.optirag.workspace.UserException;

/**
 * The baselines by name. Each learns from the training part alone, stops, calibrates and is tuned
 * on validation alone, and when it scores it sees of a user's history what lies strictly before the
 * request. The same seed gives the same scores.
 */
public final class Baseline {
  private static final List<Recipe<?>> RECIPES =
      List.of(
          new Recipe<>("bias", Baseline::bias, List.of(new None())),
          new Recipe<>("running-mean", Baseline::runningMean, RunningMean.Settings.GRID),
          new Recipe<>("item-knn", Baseline::itemKnn, ItemKnn.Settings.GRID),
          new Recipe<>("lightgcn", Baseline::lightGcn, LightGcnScore.Settings.GRID),
          new Recipe<>("fm", Baseline::factorizationMachine, NetworkSettings.FM),
          new Recipe<>("deepfm", Baseline::deepFm, NetworkSettings.DEEP_FM),
          new Recipe<>("din", Baseline::din, NetworkSettings.DIN));

  private Baseline() {}

  /**
   * A baseline and how it was chosen.
   *
   * @param scorer trained, with the seconds that its training took
   * @param chosen its settings in a few words; empty where there is nothing to choose
   * @param validationAuc what it reached on validation, NaN without
   */
  public record Tuned(ImpressionScorer scorer, String chosen, double validationAuc) {}

  /** All names, from the plainest to the most elaborate. */
  public static List<String> names() {
    return RECIPES.stream().map(Recipe::name).toList();
  }

  /**
   * Trains a baseline with settings that suit most data.
   *
   * @param name one of {@link #names}
   * @param histories what users did; asked for the past of each request alone, so that it may hold
   *     all interactions of the data set
   * @throws UserException if there is no such baseline, or nothing to learn from
   */
  public static ImpressionScorer train(
      String name, Dataset data, Split split, Behaviours histories, long seed, Progress progress) {
    return recipe(name).train(LearningData.of(data, split, histories), seed, progress);
  }

  /**
   * Trains a baseline with each setting of a small grid and keeps the one with the best AUC on
   * validation; the first where none can be measured.
   *
   * @throws UserException as {@link #train} does
   */
  public static Tuned tune(
      String name, Dataset data, Split split, Behaviours histories, long seed, Progress progress) {
    return recipe(name).tune(LearningData.of(data, split, histories), seed, progress);
  }

  private static Recipe<?> recipe(String name) {
    return RECIPES.stream()
        .filter(recipe -> recipe.name.equals(name))
        .findFirst()
        .orElseThrow(() ->
            new UserException(
                "There is no baseline '" + name + "'.",
                "Take one of " + String.join(", ", names()) + "."));
  }

  private static ImpressionScorer bias(LearningData data, None none, long seed, Progress progress) {
    return BiasModel.learn(data.examples(), data.users(), data.items());
  }

  private static ImpressionScorer runningMean(
      LearningData data, RunningMean.Settings settings, long seed, Progress progress) {
    return CalibratedScorer.of("running-mean", RunningMean.learn(data, settings), data);
  }

  private static ImpressionScorer itemKnn(
      LearningData data, ItemKnn.Settings settings, long seed, Progress progress) {
    return CalibratedScorer.of("item-knn", ItemKnn.learn(data, settings), data);
  }

  private static ImpressionScorer lightGcn(
      LearningData data, LightGcnScore.Settings settings, long seed, Progress progress) {
    return CalibratedScorer.of(
        "lightgcn", LightGcnScore.learn(data, settings, seed, progress), data);
  }

  private static ImpressionScorer factorizationMachine(
      LearningData data, NetworkSettings settings, long seed, Progress progress) {
    return NetworkTrainer.train("fm", FactorizationMachine::new, data, settings, seed, progress);
  }

  private static ImpressionScorer deepFm(
      LearningData data, NetworkSettings settings, long seed, Progress progress) {
    return NetworkTrainer.train("deepfm", DeepFm::new, data, settings, seed, progress);
  }

  private static ImpressionScorer din(
      LearningData data, NetworkSettings settings, long seed, Progress progress) {
    return NetworkTrainer.train("din", Din::new, data, settings, seed, progress);
  }

  /** Nothing to choose. */
  private record None() implements Choice {
    @Override
    public String description() {
      return "";
    }
  }

  /** How a baseline learns. */
  @FunctionalInterface
  private interface Learner<S> {
    ImpressionScorer learn(LearningData data, S settings, long seed, Progress progress);
  }

  /** The grid's first setting is the one that suits most data. */
  private record Recipe<S extends Choice>(String name, Learner<S> learner, List<S> grid) {

    ImpressionScorer train(LearningData data, long seed, Progress progress) {
      return train(data, grid.getFirst(), seed, progress);
    }

    Tuned tune(LearningData data, long seed, Progress progress) {
      Tuned best = null;
      try (Progress.Task task = progress.begin("tune " + name, grid.size(), "setting")) {
        for (S settings : grid) {
          ImpressionScorer scorer = train(data, settings, seed, Progress.silent());
          StageTimes untold = new StageTimes();
          double auc = data.validationAuc((u, i, t) -> scorer.score(u, i, t, untold));
          if (best == null || auc > best.validationAuc) {
            best = new Tuned(scorer, settings.description(), auc);
          }
          task.advance(1);
          task.note(Remark.NONE.figure("best AUC", best.validationAuc).words(best.chosen).text());
        }
      }
      if (best == null) {
        throw new IllegalStateException(name + " has no settings");
      }
      return best;
    }

    private ImpressionScorer train(LearningData data, S settings, long seed, Progress progress) {
      long start = System.nanoTime();
      ImpressionScorer scorer = learner.learn(data, settings, seed, progress);
      return new Timed(scorer, (System.nanoTime() - start) / 1e9);
    }
  }

  /** A scorer that knows how long its training took. */
  private record Timed(ImpressionScorer scorer, double buildSeconds) implements ImpressionScorer {
    @Override
    public String name() {
      return scorer.name();
    }

    @Override
    public double[] score(int user, int[] items, long time, StageTimes times) {
      return scorer.score(user, items, time, times);
    }
  }
}

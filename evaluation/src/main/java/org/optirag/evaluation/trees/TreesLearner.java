package org.optirag.evaluation.trees;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.optirag.workspace.Progress;
import org.optirag.workspace.Remark;

/**
 * Learns boosted trees on the log loss. Every shape of a small grid is learned until the loss on
 * validation no longer falls, and the one with the lowest is kept. Nothing but validation chooses.
 *
 * <p>Each shape is learned on one thread, several at once. LightGBM's threads within a tree wait
 * for each other, which on a busy machine takes twenty times as long, and one thread always adds in
 * the same order. The same seed gives the same trees, whatever the threads.
 */
public final class TreesLearner {
  private final TreeExamples train;
  private final TreeExamples validation;
  private final TreesSettings settings;
  private final long seed;

  private TreesLearner(
      TreeExamples train, TreeExamples validation, TreesSettings settings, long seed) {
    this.train = train;
    this.validation = validation;
    this.settings = settings;
    this.seed = seed;
  }

  /**
   * Learns. Takes the memory of the values twice more as floats, and for each thread as bytes.
   *
   * @param x examples, [rows, features], at least one; finite, or NaN where a value is missing
   * @param y their labels
   * @param validX validation, [rows, features]; without rows the grid's first shape is learned
   * @param validY their labels
   * @throws IllegalArgumentException if there are no examples, or rows are not as they have to be
   * @throws org.optirag.workspace.UserException if LightGBM cannot run on this machine
   */
  public static LearnedTrees learn(
      float[][] x,
      boolean[] y,
      float[][] validX,
      boolean[] validY,
      TreesSettings settings,
      long seed,
      Progress progress) {
    if (x.length == 0 || x[0].length == 0) {
      throw new IllegalArgumentException("no examples, or examples without features");
    }
    LightGbm.load();
    int features = x[0].length;
    TreesLearner learner =
        new TreesLearner(
            TreeExamples.of(x, y, features),
            TreeExamples.of(validX, validY, features),
            settings,
            seed);
    return validX.length == 0 ? learner.untuned(progress) : learner.tuned(progress);
  }

  private LearnedTrees untuned(Progress progress) {
    try (Progress.Task task = progress.begin("learn trees", settings.untuned(), "tree")) {
      return run(settings.grid().getFirst(), settings.untuned(), task);
    }
  }

  private LearnedTrees tuned(Progress progress) {
    List<TreeShape> grid = settings.grid();
    long most = (long) grid.size() * settings.mostTrees();
    try (Progress.Task task = progress.begin("learn trees", most, "tree");
        ExecutorService workers =
            Executors.newFixedThreadPool(Math.min(settings.threads(), grid.size()))) {
      List<Callable<LearnedTrees>> runs = new ArrayList<>();
      for (TreeShape shape : grid) {
        runs.add(() -> told(run(shape, settings.mostTrees(), task), task));
      }
      LearnedTrees best = null;
      for (Future<LearnedTrees> run : workers.invokeAll(runs)) {
        LearnedTrees learned = run.get();
        if (best == null || learned.validationLoss() < best.validationLoss()) {
          best = learned;
        }
      }
      if (best == null) {
        throw new IllegalStateException("no shapes");
      }
      return best;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while trees were learned", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("trees were not learned", e.getCause());
    }
  }

  private static LearnedTrees told(LearnedTrees learned, Progress.Task task) {
    task.note(
        Remark.NONE
            .figure("loss", learned.validationLoss())
            .words(learned.shape().description())
            .text());
    return learned;
  }

  private LearnedTrees run(TreeShape shape, int most, Progress.Task task) {
    return new BoostingRun(shape, most, settings.patience(), seed, task).learn(train, validation);
  }
}

package org.optirag.evaluation.trees;

import io.github.metarank.lightgbm4j.LGBMBooster;
import io.github.metarank.lightgbm4j.LGBMBooster.FeatureImportanceType;
import io.github.metarank.lightgbm4j.LGBMDataset;
import io.github.metarank.lightgbm4j.LGBMException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.workspace.Progress;

/**
 * One shape learned, tree after tree.
 *
 * @param shape of the trees
 * @param most trees
 * @param patience trees in a row without a lower loss on validation
 * @param seed draws rows and columns
 * @param task counts the trees; those that are not needed count as done
 */
record BoostingRun(TreeShape shape, int most, int patience, long seed, Progress.Task task) {

  LearnedTrees learn(TreeExamples train, TreeExamples validation) {
    String parameters = parameters();
    try (LGBMDataset examples = dataset(train, parameters, null);
        LGBMBooster booster = LGBMBooster.create(examples, parameters)) {
      if (validation.rows() == 0) {
        return grow(booster, false);
      }
      try (LGBMDataset held = dataset(validation, parameters, examples)) {
        booster.addValidData(held);
        return grow(booster, true);
      }
    } catch (LGBMException e) {
      throw new IllegalStateException("LightGBM failed: " + e.getMessage(), e);
    }
  }

  private LearnedTrees grow(LGBMBooster booster, boolean held) throws LGBMException {
    double least = Double.POSITIVE_INFINITY;
    int best = 1;
    int grown = 0;
    boolean finished = false;
    while (!finished && grown < most && (!held || grown - best < patience)) {
      finished = booster.updateOneIter();
      grown++;
      task.advance(1);
      double loss = held ? booster.getEval(1)[0] : -grown;
      if (loss < least) {
        least = loss;
        best = grown;
      }
    }
    task.advance(most - grown);
    String text = booster.saveModelToString(0, best, FeatureImportanceType.GAIN);
    return new LearnedTrees(
        BoostedTrees.parse(text, "what LightGBM learned"), shape, held ? least : Double.NaN);
  }

  /** One at a time, since the binding copies the matrix before it makes bytes of it. */
  private static synchronized LGBMDataset dataset(
      TreeExamples rows, String parameters, @Nullable LGBMDataset like) throws LGBMException {
    LGBMDataset dataset =
        LGBMDataset.createFromMat(
            rows.values(), rows.rows(), rows.features(), true, parameters, like);
    dataset.setField("label", rows.labels());
    return dataset;
  }

  /** LightGBM makes all its seeds of one, which is an integer. */
  private String parameters() {
    return String.join(
        " ",
        "objective=binary metric=binary_logloss verbosity=-1",
        "num_threads=1 deterministic=true force_col_wise=true",
        "feature_pre_filter=false bagging_freq=1",
        "seed=" + (int) ((seed ^ (seed >>> 31)) & Integer.MAX_VALUE),
        String.format(
            Locale.ROOT,
            "num_leaves=%d min_data_in_leaf=%d learning_rate=%s lambda_l2=%s",
            shape.leaves(),
            shape.leastRows(),
            shape.learningRate(),
            shape.ridge()),
        "bagging_fraction=" + shape.rowShare(),
        "feature_fraction=" + shape.columnShare());
  }
}

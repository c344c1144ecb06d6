package org.optirag.scoring.trees;

import java.util.Arrays;
import java.util.List;

/**
 * All trees in flat arrays. A node is a split's number, or the complement ~l of a leaf's number l.
 */
final class Forest {
  private final int[] roots;
  private final int[] feature;
  private final double[] threshold;
  private final boolean[] missingLeft;
  private final int[] left;
  private final int[] right;
  private final double[] leaves;
  private final double[] gain;

  private Forest(int trees, int splits) {
    this.roots = new int[trees];
    this.feature = new int[splits];
    this.threshold = new double[splits];
    this.missingLeft = new boolean[splits];
    this.left = new int[splits];
    this.right = new int[splits];
    this.leaves = new double[splits + trees];
    this.gain = new double[splits];
  }

  /** Lays out trees one after another. */
  static Forest of(List<Tree> trees) {
    Forest forest =
        new Forest(trees.size(), trees.stream().mapToInt(tree -> tree.feature().length).sum());
    int splits = 0;
    for (int t = 0; t < trees.size(); t++) {
      forest.place(trees.get(t), t, splits);
      splits += trees.get(t).feature().length;
    }
    return forest;
  }

  private void place(Tree tree, int number, int firstSplit) {
    int firstLeaf = firstSplit + number; // each tree before has a leaf more than splits
    int splits = tree.feature().length;
    roots[number] = splits == 0 ? ~firstLeaf : firstSplit;
    System.arraycopy(tree.feature(), 0, feature, firstSplit, splits);
    System.arraycopy(tree.threshold(), 0, threshold, firstSplit, splits);
    System.arraycopy(tree.missingLeft(), 0, missingLeft, firstSplit, splits);
    System.arraycopy(tree.gain(), 0, gain, firstSplit, splits);
    System.arraycopy(tree.leaves(), 0, leaves, firstLeaf, tree.leaves().length);
    for (int s = 0; s < splits; s++) {
      left[firstSplit + s] = moved(tree.left()[s], firstSplit, firstLeaf);
      right[firstSplit + s] = moved(tree.right()[s], firstSplit, firstLeaf);
    }
  }

  private static int moved(int node, int firstSplit, int firstLeaf) {
    return node >= 0 ? node + firstSplit : ~(~node + firstLeaf);
  }

  int trees() {
    return roots.length;
  }

  /** The sum of the leaves that a row falls into, in the order of the trees. */
  double sum(float[] row) {
    double sum = 0;
    for (int root : roots) {
      int node = root;
      while (node >= 0) {
        float value = row[feature[node]];
        boolean goesLeft = Float.isNaN(value) ? missingLeft[node] : value <= threshold[node];
        node = goesLeft ? left[node] : right[node];
      }
      sum += leaves[~node];
    }
    return sum;
  }

  /** Shares of the gain, [features]. */
  double[] importance(int features) {
    double[] shares = new double[features];
    double whole = Arrays.stream(gain).sum();
    if (whole > 0) {
      for (int s = 0; s < gain.length; s++) {
        shares[feature[s]] += gain[s] / whole;
      }
    }
    return shares;
  }
}

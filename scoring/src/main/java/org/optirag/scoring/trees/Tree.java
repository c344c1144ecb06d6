package org.optirag.scoring.trees;

/**
 * One tree, with the numbers of its own splits and leaves: a child is a split's number, or the
 * complement ~l of a leaf's number l. A split's number is less than those of the splits below it,
 * so that every way down ends.
 *
 * @param feature which feature each split reads, [splits]
 * @param threshold a value up to this goes left, infinite where only missing values go right,
 *     [splits]
 * @param missingLeft whether a missing value goes left, [splits]
 * @param left where a value goes that is not above the threshold, [splits]
 * @param right where the others go, [splits]
 * @param leaves what is added to the log odds, [splits + 1]
 * @param gain what each split gained on the loss, at least 0, [splits]
 */
record Tree(
    int[] feature,
    double[] threshold,
    boolean[] missingLeft,
    int[] left,
    int[] right,
    double[] leaves,
    double[] gain) {

  private static final int CATEGORIES = 1;
  private static final int DEFAULT_LEFT = 2;
  private static final int MISSING_SHIFT = 2;
  private static final int NONE_MISSING = 0;
  private static final int NAN_IS_MISSING = 2;

  /** What a file may hold: more would serve nobody and could overflow a sum. */
  private static final double MOST = 1e6;

  private static final double MOST_GAIN = 1e30;
  private static final int MOST_LEAVES = 1 << 16;

  /**
   * Reads and checks a tree.
   *
   * @param features how many there are
   * @throws org.optirag.workspace.UserException if a field is missing or not as it has to be
   */
  static Tree of(TextFields fields, int features) {
    fields.requireZero("num_cat", "splits by categories");
    fields.requireZero("is_linear", "linear models in its leaves");
    int splits = fields.integer("num_leaves", 1, MOST_LEAVES) - 1;
    double[] threshold = fields.numbers("threshold", splits, Double.POSITIVE_INFINITY);
    double[] gain = fields.numbers("split_gain", splits, MOST_GAIN);
    for (int s = 0; s < splits; s++) {
      gain[s] = Math.max(0, gain[s]);
    }
    int[] left = fields.integers("left_child", splits, -splits - 1, splits - 1);
    int[] right = fields.integers("right_child", splits, -splits - 1, splits - 1);
    requireTree(fields, left, right);
    return new Tree(
        fields.integers("split_feature", splits, 0, features - 1),
        threshold,
        missingLeft(fields, threshold),
        left,
        right,
        fields.numbers("leaf_value", splits + 1, MOST),
        gain);
  }

  /** Where a feature had no missing value when the split was learned, one counts as 0. */
  private static boolean[] missingLeft(TextFields fields, double[] threshold) {
    int[] decisions = fields.integers("decision_type", threshold.length, 0, 15);
    boolean[] missingLeft = new boolean[decisions.length];
    for (int s = 0; s < decisions.length; s++) {
      int missing = decisions[s] >> MISSING_SHIFT;
      if ((decisions[s] & CATEGORIES) != 0
          || (missing != NONE_MISSING && missing != NAN_IS_MISSING)) {
        throw fields.broken(
            "decision_type",
            "[%d] is %d, a kind of split that is not known here".formatted(s, decisions[s]));
      }
      missingLeft[s] =
          missing == NONE_MISSING ? 0 <= threshold[s] : (decisions[s] & DEFAULT_LEFT) != 0;
    }
    return missingLeft;
  }

  /** Every split but the first and every leaf is below exactly one split of a lower number. */
  private static void requireTree(TextFields fields, int[] left, int[] right) {
    int splits = left.length;
    boolean[] seenSplits = new boolean[splits];
    boolean[] seenLeaves = new boolean[splits + 1];
    for (int s = 0; s < splits; s++) {
      for (boolean isLeft : new boolean[] {true, false}) {
        int child = isLeft ? left[s] : right[s];
        boolean[] seen = child >= 0 ? seenSplits : seenLeaves;
        int number = child >= 0 ? child : ~child;
        if (seen[number] || (child >= 0 && child <= s)) {
          throw fields.broken(
              isLeft ? "left_child" : "right_child",
              "[%d] is %d, which is not a tree".formatted(s, child));
        }
        seen[number] = true;
      }
    }
  }
}

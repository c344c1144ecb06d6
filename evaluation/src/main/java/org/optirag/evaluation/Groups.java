package org.optirag.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** Rows that share a number: a user's, or a request's. */
final class Groups {
  private Groups() {}

  /**
   * Groups the rows 0 to {@code rows} − 1.
   *
   * @param number what a row's group has in common
   * @return the groups in order of their numbers, the rows of each ascending
   */
  static List<int[]> of(int rows, IntUnaryOperator number) {
    long[] keyed = new long[rows]; // the number above, the row below: sorts without boxes
    Arrays.setAll(keyed, row -> ((long) number.applyAsInt(row) << Integer.SIZE) | row);
    Arrays.sort(keyed);
    List<int[]> groups = new ArrayList<>();
    for (int from = 0, to; from < rows; from = to) {
      to = from + 1;
      while (to < rows && keyed[to] >> Integer.SIZE == keyed[from] >> Integer.SIZE) {
        to++;
      }
      groups.add(Arrays.stream(keyed, from, to).mapToInt(key -> (int) key).toArray());
    }
    return groups;
  }
}

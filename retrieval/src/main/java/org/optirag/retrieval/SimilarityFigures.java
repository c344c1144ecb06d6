package org.optirag.retrieval;

import java.util.Arrays;
import java.util.List;

/**
 * What the cosines of a candidate with the user's latest likes come to. After the name of the kind
 * of likeness follows:
 *
 * <ul>
 *   <li>{@code _max}: the greatest
 *   <li>{@code _mean}: the mean
 *   <li>{@code _top3}, {@code _top5}: the mean of the three, or five, greatest; of all, if there
 *       are fewer
 *   <li>{@code _recent}: the mean, each like weighing 0.8 of the next
 *   <li>{@code _last}: with the latest like
 * </ul>
 *
 * All are NaN where there is nothing to compare.
 */
public final class SimilarityFigures {
  /** How many of the latest likes are compared. */
  public static final int LIKES = 50;

  private static final List<String> FIGURES =
      List.of("max", "mean", "top3", "top5", "recent", "last");
  private static final double FADING = 0.8;

  private SimilarityFigures() {}

  /** The names of the figures of a kind of likeness. */
  public static List<String> names(String kind) {
    return FIGURES.stream().map(figure -> kind + "_" + figure).toList();
  }

  /** Where there is nothing to compare. */
  public static float[] unknown() {
    float[] figures = new float[FIGURES.size()];
    Arrays.fill(figures, Float.NaN);
    return figures;
  }

  /**
   * The figures, in the order of the names.
   *
   * @param cosines with the likes, oldest first
   */
  public static float[] of(double[] cosines) {
    if (cosines.length == 0) {
      return unknown();
    }
    double faded = 0;
    double weights = 0;
    for (double cosine : cosines) {
      faded = FADING * faded + cosine;
      weights = FADING * weights + 1;
    }
    double[] ascending = cosines.clone();
    Arrays.sort(ascending);
    return new float[] {
      (float) ascending[ascending.length - 1],
      (float) best(ascending, ascending.length),
      (float) best(ascending, 3),
      (float) best(ascending, 5),
      (float) (faded / weights),
      (float) cosines[cosines.length - 1]
    };
  }

  private static double best(double[] ascending, int most) {
    int from = Math.max(0, ascending.length - most);
    double sum = 0;
    for (int i = from; i < ascending.length; i++) {
      sum += ascending[i];
    }
    return sum / (ascending.length - from);
  }
}

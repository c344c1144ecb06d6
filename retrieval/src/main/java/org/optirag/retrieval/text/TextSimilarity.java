package org.optirag.retrieval.text;

import java.util.Arrays;
import java.util.List;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.VisibleHistory;

/**
 * How alike the text of a candidate is to the texts of what the user liked last, by the cosine of
 * their vectors. After the vectors' name follows:
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
 * NaN for a user who liked nothing yet.
 */
public final class TextSimilarity implements FeatureGroup {
  /** The latest likes that are compared. */
  static final int LIKES = 50;

  private static final List<String> FIGURES =
      List.of("max", "mean", "top3", "top5", "recent", "last");
  private static final double FADING = 0.8;

  private final TextVectors vectors;
  private final List<String> names;

  /** By the cosine of these vectors. */
  public TextSimilarity(TextVectors vectors) {
    this.vectors = vectors;
    this.names = names(vectors.name());
  }

  /** The names of the figures with vectors of this name. */
  public static List<String> names(String vectors) {
    return FIGURES.stream().map(figure -> vectors + "_" + figure).toList();
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public float[][] of(
      VisibleHistory visible, ItemTexts texts, int user, int[] candidates, long time) {
    List<Behaviour> likes = visible.likes(user, time, LIKES);
    float[][] figures = new float[candidates.length][FIGURES.size()];
    if (likes.isEmpty()) {
      for (float[] none : figures) {
        Arrays.fill(none, Float.NaN);
      }
      return figures;
    }
    TextVector[] liked = new TextVector[likes.size()];
    Arrays.setAll(liked, i -> vectors.of(WholeText.of(texts, likes.get(i).item())));
    Cosines all = Cosines.of(liked);
    double[] cosines = new double[liked.length];
    for (int c = 0; c < candidates.length; c++) {
      all.with(vectors.of(WholeText.of(texts, candidates[c])), cosines);
      complete(cosines, figures[c]);
    }
    return figures;
  }

  /**
   * @param cosines with the likes, oldest first; sorted on return
   */
  private static void complete(double[] cosines, float[] figures) {
    double faded = 0;
    double weights = 0;
    for (double cosine : cosines) {
      faded = FADING * faded + cosine;
      weights = FADING * weights + 1;
    }
    figures[4] = (float) (faded / weights);
    figures[5] = (float) cosines[cosines.length - 1];
    Arrays.sort(cosines);
    figures[0] = (float) cosines[cosines.length - 1];
    figures[1] = (float) best(cosines, cosines.length);
    figures[2] = (float) best(cosines, 3);
    figures[3] = (float) best(cosines, 5);
  }

  private static double best(double[] ascending, int most) {
    int from = Math.max(0, ascending.length - most);
    return Arrays.stream(ascending, from, ascending.length).average().orElseThrow();
  }
}

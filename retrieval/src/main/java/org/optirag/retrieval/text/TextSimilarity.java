package org.optirag.retrieval.text;

import java.util.Arrays;
import java.util.List;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.SimilarityFigures;
import org.optirag.retrieval.VisibleHistory;

/**
 * How alike the text of a candidate is to the texts of what the user liked last, by the cosine of
 * their vectors: {@link SimilarityFigures} under the vectors' name. NaN for a user who liked
 * nothing yet.
 */
public final class TextSimilarity implements FeatureGroup {
  private final TextVectors vectors;
  private final List<String> names;

  /** By the cosine of these vectors. */
  public TextSimilarity(TextVectors vectors) {
    this.vectors = vectors;
    this.names = SimilarityFigures.names(vectors.name());
  }

  @Override
  public List<String> names() {
    return names;
  }

  @Override
  public float[][] of(
      VisibleHistory visible, ItemTexts texts, int user, int[] candidates, long time) {
    List<Behaviour> likes = visible.likes(user, time, SimilarityFigures.LIKES);
    float[][] figures = new float[candidates.length][];
    if (likes.isEmpty()) {
      Arrays.setAll(figures, c -> SimilarityFigures.unknown());
      return figures;
    }
    TextVector[] liked = new TextVector[likes.size()];
    Arrays.setAll(liked, i -> vectors.of(WholeText.of(texts, likes.get(i).item())));
    Cosines all = Cosines.of(liked);
    double[] cosines = new double[liked.length];
    for (int c = 0; c < candidates.length; c++) {
      all.with(vectors.of(WholeText.of(texts, candidates[c])), cosines);
      figures[c] = SimilarityFigures.of(cosines);
    }
    return figures;
  }
}

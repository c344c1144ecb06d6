package org.optirag.retrieval.behaviour;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.Horizon;
import org.optirag.retrieval.SimilarityFigures;
import org.optirag.retrieval.VisibleHistory;

/**
 * How alike a candidate is to what the user liked last by who liked them: {@link SimilarityFigures}
 * under the name {@code svd}, of {@link ItemFactors} in 64 dimensions. NaN where the candidate, or
 * all of the likes, have no likers yet.
 *
 * <p>The vectors are those of the training part's likes before the {@link Horizon}; there are
 * twelve horizons at most, and the vectors of the latest {@value #KEPT} are kept: ask for training
 * examples in order of time. They stay as they are when newer behaviour is asked with.
 */
public final class LatentSimilarity implements FeatureGroup {
  /** The names of the figures. */
  public static final List<String> NAMES = SimilarityFigures.names("svd");

  /** For how many horizons vectors are kept. */
  static final int KEPT = 3;

  private static final int DIMENSION = 64;
  private static final int HORIZONS = 12;
  private static final long SEED = 20_261_130;

  private final Interactions labels;
  private final int users;
  private final int items;
  private final Horizon horizon;
  private final Map<Long, Embeddings> vectors =
      new LinkedHashMap<>(KEPT + 1, 1, true) { // guarded by itself
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Embeddings> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param data how many users and items there are
   * @param visible whose behaviour of others makes the vectors
   */
  public LatentSimilarity(Dataset data, VisibleHistory visible) {
    this.labels = visible.others().interactions();
    this.users = data.users().size();
    this.items = data.items().size();
    this.horizon = visible.horizon().coarser(HORIZONS);
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  /** Makes the vectors that requests at {@code time} read, so that none has to wait for them. */
  public void prepare(long time) {
    at(horizon.of(time));
  }

  /** Two requests that need the same new vectors wait for one to make them. */
  private Embeddings at(long before) {
    synchronized (vectors) {
      return vectors.computeIfAbsent(
          before,
          time -> ItemFactors.of(LikeMatrix.before(labels, time, users, items), DIMENSION, SEED));
    }
  }

  @Override
  public float[][] of(
      VisibleHistory visible, ItemTexts texts, int user, int[] candidates, long time) {
    Embeddings unit = at(horizon.of(time));
    int[] liked =
        visible.likes(user, time, SimilarityFigures.LIKES).stream()
            .mapToInt(Behaviour::item)
            .filter(item -> known(unit, item))
            .toArray();
    return Arrays.stream(candidates)
        .mapToObj(candidate -> {
          if (!known(unit, candidate)) {
            return SimilarityFigures.unknown();
          }
          double[] cosines = new double[liked.length];
          Arrays.setAll(cosines, i -> unit.dot(candidate, unit, liked[i]));
          return SimilarityFigures.of(cosines);
        })
        .toArray(float[][]::new);
  }

  private static boolean known(Embeddings unit, int item) {
    return item < unit.rows() && unit.dimension() > 0 && unit.dot(item, unit, item) > 0;
  }
}

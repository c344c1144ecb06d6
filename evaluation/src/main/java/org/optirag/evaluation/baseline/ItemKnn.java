package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Interactions;

/**
 * Items like those the user liked, and unlike those he did not (Sarwar et al., WWW 2001), over the
 * averages of user and item (Koren, KDD 2008, eq. 3).
 *
 * <p>With b(u, i) the probability of {@link BiasModel} and e(u, i) = label − b(u, i), two items are
 * as similar as the cosine of their columns of e, times n / (n + shrinkage) for n users in common;
 * an item keeps its k most similar ones, N(i). The rating is the log odds of
 *
 * <pre>b(u, i) + Σ_j s(i, j) e(u, j) / (damping + Σ_j s(i, j))</pre>
 *
 * over the items j of N(i) in the user's history.
 */
final class ItemKnn implements Rater {
  /** A user's older training interactions add much work and little likeness. */
  private static final int LATEST = 1000;

  private final BiasModel bias;
  private final Behaviours histories;
  private final Settings settings;
  private final int[][] neighbours;
  private final float[][] similarities;

  /**
   * What is tuned.
   *
   * @param neighbours k
   * @param shrinkage users in common at which a cosine counts half
   * @param damping similarity at which the neighbours' word counts half
   */
  record Settings(int neighbours, double shrinkage, double damping) implements Choice {
    static final List<Settings> GRID = grid();

    private static List<Settings> grid() {
      List<Settings> grid = new ArrayList<>();
      for (int neighbours : new int[] {1000, 300, 100}) {
        for (double shrinkage : new double[] {5, 20, 2}) {
          for (double damping : new double[] {0.3, 1}) {
            grid.add(new Settings(neighbours, shrinkage, damping));
          }
        }
      }
      return List.copyOf(grid);
    }

    @Override
    public String description() {
      return String.format(
          Locale.ROOT, "%d neighbours, shrinkage %.0f, damping %s", neighbours, shrinkage, damping);
    }
  }

  private ItemKnn(BiasModel bias, Behaviours histories, Settings settings, int items) {
    this.bias = bias;
    this.histories = histories;
    this.settings = settings;
    this.neighbours = new int[items][];
    this.similarities = new float[items][];
  }

  static ItemKnn learn(LearningData data, Settings settings) {
    BiasModel bias = BiasModel.learn(data.examples(), data.users(), data.items());
    ItemKnn knn = new ItemKnn(bias, data.histories(), settings, data.items());
    Interactions train = data.train();
    double[] norms = new double[data.items()];
    double[] errors = new double[train.size()];
    for (int row = 0; row < errors.length; row++) {
      errors[row] = knn.error(train, row);
      norms[train.item(row)] += errors[row] * errors[row];
    }
    IntStream.range(0, data.items())
        .parallel()
        .forEach(item -> knn.findNeighbours(item, data.past(), errors, norms));
    return knn;
  }

  private double error(Interactions rows, int row) {
    return (rows.label(row) ? 1 : 0) - bias.probability(rows.user(row), rows.item(row));
  }

  private void findNeighbours(int item, Behaviours past, double[] errors, double[] norms) {
    Interactions train = past.interactions();
    Map<Integer, double[]> shared = new HashMap<>(); // other item: product, users
    for (int row : past.ofItem(item, Long.MAX_VALUE)) {
      for (int other : past.ofUser(train.user(row), Long.MAX_VALUE, LATEST)) {
        if (train.item(other) != item) {
          double[] sums = shared.computeIfAbsent(train.item(other), key -> new double[2]);
          sums[0] += errors[row] * errors[other];
          sums[1]++;
        }
      }
    }
    record Similar(int item, double similarity) {}
    List<Similar> best =
        shared.entrySet().stream()
            .map(e -> {
              double cosine = e.getValue()[0] / Math.sqrt(norms[item] * norms[e.getKey()] + 1e-12);
              double users = e.getValue()[1];
              return new Similar(e.getKey(), cosine * users / (users + settings.shrinkage));
            })
            .filter(similar -> similar.similarity > 0)
            .sorted(
                Comparator.comparingDouble((Similar similar) -> -similar.similarity)
                    .thenComparingInt(Similar::item))
            .limit(settings.neighbours)
            .sorted(Comparator.comparingInt(Similar::item))
            .toList();
    neighbours[item] = best.stream().mapToInt(Similar::item).toArray();
    similarities[item] = new float[best.size()];
    for (int n = 0; n < best.size(); n++) {
      similarities[item][n] = (float) best.get(n).similarity;
    }
  }

  /** The similarity of an item's neighbour, 0 for others. */
  double similarity(int item, int other) {
    int place = Arrays.binarySearch(neighbours[item], other);
    return place < 0 ? 0 : similarities[item][place];
  }

  @Override
  public double[] rate(int user, int[] items, long time) {
    int[] history = histories.ofUser(user, time);
    double[] ratings = new double[items.length];
    for (int i = 0; i < items.length; i++) {
      ratings[i] = rate(user, items[i], history);
    }
    return ratings;
  }

  private double rate(int user, int item, int[] history) {
    double said = 0;
    double weight = settings.damping;
    for (int row : history) {
      double similarity = similarity(item, histories.interactions().item(row));
      if (similarity > 0) {
        said += similarity * error(histories.interactions(), row);
        weight += similarity;
      }
    }
    double p = Math.clamp(bias.probability(user, item) + said / weight, 0.001, 0.999);
    return Math.log(p / (1 - p));
  }
}

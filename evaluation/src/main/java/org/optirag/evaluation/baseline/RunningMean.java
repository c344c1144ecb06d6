package org.optirag.evaluation.baseline;

import java.util.List;
import java.util.Locale;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Interactions;

/**
 * How well an item is liked in general, and by how much the user has liked items more than others
 * do up to now. It knows no more than {@link BiasModel} but goes on learning after training.
 *
 * <p>With r(i) the smoothed rate of item i in the training part and e(u, j) = label − r(j), the
 * rating is the log odds of
 *
 * <pre>r(i) + Σ_j e(u, j) / (damping + |H|)</pre>
 *
 * over the items j of the user's history H before the request.
 */
final class RunningMean implements Rater {
  private final double[] rates;
  private final Behaviours histories;
  private final Settings settings;

  /**
   * What is tuned.
   *
   * @param damping behaviours at which the user's own mean counts half
   */
  record Settings(double damping) implements Choice {
    static final List<Settings> GRID =
        List.of(new Settings(3), new Settings(1), new Settings(10), new Settings(30));

    @Override
    public String description() {
      return String.format(Locale.ROOT, "damping %.0f", damping);
    }
  }

  private RunningMean(double[] rates, Behaviours histories, Settings settings) {
    this.rates = rates;
    this.histories = histories;
    this.settings = settings;
  }

  static RunningMean learn(LearningData data, Settings settings) {
    Interactions examples = data.examples();
    double mean = examples.labelRate();
    double[] liked = new double[data.items()];
    double[] seen = new double[data.items()];
    for (int row = 0; row < examples.size(); row++) {
      seen[examples.item(row)]++;
      liked[examples.item(row)] += examples.label(row) ? 1 : 0;
    }
    double[] rates = new double[data.items()];
    for (int item = 0; item < rates.length; item++) {
      rates[item] =
          (liked[item] + BiasModel.PSEUDO_COUNTS * mean) / (seen[item] + BiasModel.PSEUDO_COUNTS);
    }
    return new RunningMean(rates, data.histories(), settings);
  }

  @Override
  public double[] rate(int user, int[] items, long time) {
    int[] history = histories.ofUser(user, time);
    Interactions known = histories.interactions();
    double said = 0;
    for (int row : history) {
      said += (known.label(row) ? 1 : 0) - rates[known.item(row)];
    }
    double own = said / (settings.damping + history.length);
    double[] ratings = new double[items.length];
    for (int i = 0; i < items.length; i++) {
      double p = Math.clamp(rates[items[i]] + own, 0.001, 0.999);
      ratings[i] = Math.log(p / (1 - p));
    }
    return ratings;
  }
}

package org.optirag.evaluation;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The bootstrap behind {@link Metrics}. Losses, hits, bins and the order by probability are worked
 * out once; a resample is then a count for each row, and every figure one pass over the rows.
 */
final class Bootstrap {
  private final Predictions predictions;
  private final Ranks ranks;
  private final double[] userAucs;
  private final double[] losses;
  private final boolean[] right;
  private final int[] bins;

  Bootstrap(Predictions predictions) {
    int n = predictions.size();
    this.predictions = predictions;
    this.ranks = Ranks.of(predictions);
    this.userAucs = Uauc.ofUsers(predictions);
    this.losses = new double[n];
    this.right = new boolean[n];
    this.bins = new int[n];
    for (int row = 0; row < n; row++) {
      double probability = predictions.probability(row);
      losses[row] = LogLoss.of(probability, predictions.label(row));
      right[row] = Accuracy.isRight(probability, predictions.label(row));
      bins[row] = CalibrationError.binOf(probability, CalibrationError.BINS);
    }
  }

  Metrics metrics(long seed, int resamples) {
    Figures here = figures();
    Figures[] drawn = resamples(seed, resamples);
    return new Metrics(
        estimate(here, drawn, Figures::auc),
        estimate(here, drawn, Figures::uauc),
        estimate(here, drawn, Figures::logLoss),
        estimate(here, drawn, Figures::accuracy),
        estimate(here, drawn, Figures::calibrationError),
        predictions.size(),
        (int) IntStream.range(0, predictions.size()).map(predictions::user).distinct().count(),
        userAucs.length,
        predictions.labelRate(),
        seed,
        resamples);
  }

  /** Differences to a baseline on the same impressions; one seed draws both the same resamples. */
  Comparison against(Bootstrap baseline, long seed, int resamples) {
    Figures here = figures().minus(baseline.figures());
    Figures[] drawn = resamples(seed, resamples);
    Figures[] base = baseline.resamples(seed, resamples);
    Arrays.setAll(drawn, i -> drawn[i].minus(base[i]));
    return new Comparison(
        estimate(here, drawn, Figures::auc),
        estimate(here, drawn, Figures::uauc),
        estimate(here, drawn, Figures::logLoss));
  }

  private Figures figures() {
    int[] ones = new int[predictions.size()];
    Arrays.fill(ones, 1);
    return figures(ones, Arrays.stream(userAucs).average().orElse(Double.NaN));
  }

  private Figures[] resamples(long seed, int resamples) {
    SplittableRandom root = new SplittableRandom(seed);
    SplittableRandom[] randoms = new SplittableRandom[resamples];
    Arrays.setAll(randoms, i -> root.split());
    return IntStream.range(0, resamples)
        .parallel()
        .mapToObj(i -> resample(randoms[i]))
        .toArray(Figures[]::new);
  }

  private Figures resample(SplittableRandom random) {
    int[] counts = new int[predictions.size()];
    for (int draw = 0; draw < counts.length; draw++) {
      counts[random.nextInt(counts.length)]++;
    }
    double uauc = 0;
    for (int draw = 0; draw < userAucs.length; draw++) {
      uauc += userAucs[random.nextInt(userAucs.length)];
    }
    return figures(counts, uauc / userAucs.length);
  }

  /** The figures with row i counted {@code counts[i]} times. */
  private Figures figures(int[] counts, double uauc) {
    double loss = 0;
    long hits = 0;
    double[] surplus = new double[CalibrationError.BINS];
    for (int row = 0; row < counts.length; row++) {
      int count = counts[row];
      loss += count * losses[row];
      hits += right[row] ? count : 0;
      surplus[bins[row]] +=
          count * (predictions.probability(row) - (predictions.label(row) ? 1 : 0));
    }
    double n = counts.length;
    double error = Arrays.stream(surplus).map(Math::abs).sum() / n;
    return new Figures(ranks.auc(row -> counts[row]), uauc, loss / n, hits / n, error);
  }

  private static Estimate estimate(
      Figures here, Figures[] drawn, ToDoubleFunction<Figures> figure) {
    double[] values =
        Arrays.stream(drawn)
            .mapToDouble(figure)
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    return new Estimate(
        figure.applyAsDouble(here), percentile(values, 0.025), percentile(values, 0.975));
  }

  /** Interpolates linearly between the sorted values, as numpy does by default. */
  static double percentile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }

  private record Figures(
      double auc, double uauc, double logLoss, double accuracy, double calibrationError) {

    Figures minus(Figures other) {
      return new Figures(
          auc - other.auc,
          uauc - other.uauc,
          logLoss - other.logLoss,
          accuracy - other.accuracy,
          calibrationError - other.calibrationError);
    }
  }
}

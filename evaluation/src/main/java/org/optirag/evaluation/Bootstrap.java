package org.optirag.evaluation;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * The bootstrap behind {@link Metrics}. Losses, hits, bins and the order by probability are worked
 * out once; a resample is then a count for each of the {@link Clusters}, and every figure one pass
 * over the rows.
 */
final class Bootstrap {
  private final Predictions predictions;
  private final Clusters clusters;
  private final int users;
  private final Ranks ranks;
  private final int[] rankedClusters;
  private final ClusterMean userAucs;
  private final Map<Figure, ClusterMean> ofRequests;
  private final int requests;
  private final int rankedRequests;
  private final double[] losses;
  private final boolean[] right;
  private final int[] bins;

  private enum Figure {
    AUC,
    UAUC,
    LOG_LOSS,
    ACCURACY,
    CALIBRATION_ERROR,
    REQUEST_AUC,
    MRR,
    NDCG5,
    NDCG10,
    HIT_RATE10
  }

  Bootstrap(Predictions predictions) {
    int n = predictions.size();
    this.predictions = predictions;
    this.clusters = Clusters.of(predictions);
    this.users = Groups.of(n, predictions::user).size();
    this.ranks = Ranks.of(predictions);
    this.rankedClusters = ranks.inOrder(clusters::of);
    this.userAucs = Uauc.of(predictions, clusters);
    List<int[]> asked = Groups.of(n, predictions::request);
    this.requests = asked.size();
    List<RequestRanking> rankings =
        asked.stream().map(rows -> RequestRanking.of(predictions, rows)).toList();
    this.rankedRequests = (int) rankings.stream().filter(RequestRanking::counts).count();
    this.ofRequests = ofRequests(asked, rankings, clusters);
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

  private static Map<Figure, ClusterMean> ofRequests(
      List<int[]> requests, List<RequestRanking> rankings, Clusters clusters) {
    Map<Figure, ToDoubleFunction<RequestRanking>> figures =
        Map.of(
            Figure.REQUEST_AUC, RequestRanking::auc,
            Figure.MRR, RequestRanking::mrr,
            Figure.NDCG5, RequestRanking::ndcg5,
            Figure.NDCG10, RequestRanking::ndcg10,
            Figure.HIT_RATE10, RequestRanking::hitRate10);
    Map<Figure, ClusterMean> means = new EnumMap<>(Figure.class);
    figures.forEach((figure, of) ->
        means.put(
            figure,
            ClusterMean.of(requests, clusters, rankings.stream().mapToDouble(of).toArray())));
    return means;
  }

  Metrics metrics(long seed, int resamples) {
    double[] here = figures();
    double[][] drawn = resamples(seed, resamples);
    return new Metrics(
        estimate(here, drawn, Figure.AUC),
        estimate(here, drawn, Figure.UAUC),
        estimate(here, drawn, Figure.LOG_LOSS),
        estimate(here, drawn, Figure.ACCURACY),
        estimate(here, drawn, Figure.CALIBRATION_ERROR),
        new RequestMetrics(
            estimate(here, drawn, Figure.REQUEST_AUC),
            estimate(here, drawn, Figure.MRR),
            estimate(here, drawn, Figure.NDCG5),
            estimate(here, drawn, Figure.NDCG10),
            estimate(here, drawn, Figure.HIT_RATE10),
            requests,
            rankedRequests),
        predictions.size(),
        users,
        userAucs.groups(),
        predictions.labelRate(),
        seed,
        resamples);
  }

  /** Differences to a baseline on the same impressions; one seed draws both the same users. */
  Comparison against(Bootstrap baseline, long seed, int resamples) {
    double[] here = minus(figures(), baseline.figures());
    double[][] drawn = resamples(seed, resamples);
    double[][] base = baseline.resamples(seed, resamples);
    Arrays.setAll(drawn, i -> minus(drawn[i], base[i]));
    return new Comparison(
        estimate(here, drawn, Figure.AUC),
        estimate(here, drawn, Figure.UAUC),
        estimate(here, drawn, Figure.LOG_LOSS),
        estimate(here, drawn, Figure.REQUEST_AUC),
        estimate(here, drawn, Figure.NDCG10));
  }

  private double[] figures() {
    int[] once = new int[clusters.count()];
    Arrays.fill(once, 1);
    return figures(once);
  }

  /** The figures of each resample; none where there is but one cluster, which has no others. */
  private double[][] resamples(long seed, int resamples) {
    if (clusters.count() == 1) {
      return new double[0][];
    }
    SplittableRandom root = new SplittableRandom(seed);
    SplittableRandom[] randoms = new SplittableRandom[resamples];
    Arrays.setAll(randoms, i -> root.split());
    return IntStream.range(0, resamples)
        .parallel()
        .mapToObj(i -> figures(clusters.draw(randoms[i])))
        .toArray(double[][]::new);
  }

  /** The figures with cluster c counted {@code counts[c]} times, in the order of {@link Figure}. */
  private double[] figures(int[] counts) {
    long n = 0;
    double loss = 0;
    long hits = 0;
    double[] surplus = new double[CalibrationError.BINS];
    for (int row = 0; row < losses.length; row++) {
      int count = counts[clusters.of(row)];
      n += count;
      loss += count * losses[row];
      hits += right[row] ? count : 0;
      surplus[bins[row]] +=
          count * (predictions.probability(row) - (predictions.label(row) ? 1 : 0));
    }
    double[] figures = new double[Figure.values().length];
    double auc = ranks.aucByPlace(place -> counts[rankedClusters[place]]);
    figures[Figure.AUC.ordinal()] = auc;
    figures[Figure.UAUC.ordinal()] = users == 1 ? auc : userAucs.under(counts);
    figures[Figure.LOG_LOSS.ordinal()] = loss / n;
    figures[Figure.ACCURACY.ordinal()] = (double) hits / n;
    figures[Figure.CALIBRATION_ERROR.ordinal()] = Arrays.stream(surplus).map(Math::abs).sum() / n;
    ofRequests.forEach((figure, mean) -> figures[figure.ordinal()] = mean.under(counts));
    return figures;
  }

  private static double[] minus(double[] figures, double[] others) {
    double[] differences = new double[figures.length];
    Arrays.setAll(differences, i -> figures[i] - others[i]);
    return differences;
  }

  private static Estimate estimate(double[] here, double[][] drawn, Figure figure) {
    double[] values =
        Arrays.stream(drawn)
            .mapToDouble(figures -> figures[figure.ordinal()])
            .filter(value -> !Double.isNaN(value))
            .sorted()
            .toArray();
    return new Estimate(
        here[figure.ordinal()], percentile(values, 0.025), percentile(values, 0.975));
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
}

package org.optirag.evaluation.tradeoff;

import java.util.List;
import java.util.Random;

/**
 * Heads of growing accuracy on made-up impressions. Each impression has true log odds z; a head
 * sees z through noise that shrinks with depth.
 */
enum SyntheticHeads {
  /** Each head knows all that the ones before it knew, and more: its estimate is refined. */
  NESTED {
    @Override
    void fill(double[] out, double z, Random random) {
      double evidence = 0;
      double known = 0;
      for (int head = 0; head < HEADS; head++) {
        double more = PRECISION[head] - known;
        known = PRECISION[head];
        evidence += more * z + Math.sqrt(more) * random.nextGaussian();
        out[head] = evidence / (known + 1 / (SPREAD * SPREAD));
      }
    }
  },
  /** Half of the noise is the heads' own, half is common to all. */
  NOISY {
    @Override
    void fill(double[] out, double z, Random random) {
      double common = random.nextGaussian();
      for (int head = 0; head < HEADS; head++) {
        double noise = Math.sqrt(0.5) * (common + random.nextGaussian());
        out[head] = z + noise / Math.sqrt(PRECISION[head]);
      }
    }
  },
  /** Some impressions are understood by shallow heads already, others only by deep ones. */
  EASY_AND_HARD {
    @Override
    void fill(double[] out, double z, Random random) {
      int understood = random.nextInt(HEADS);
      double common = random.nextGaussian();
      for (int head = 0; head < HEADS; head++) {
        double noise = 0.5 * common + 0.6 * random.nextGaussian();
        out[head] = (head >= understood ? z : 0.2 * z) + noise / Math.sqrt(PRECISION[head]);
      }
    }
  };

  static final int DEPTH = 30;
  static final List<Integer> BLOCKS = List.of(6, 10, 14, 18, 22, 26, 30);
  private static final int HEADS = BLOCKS.size();
  private static final double SPREAD = 1.5;
  private static final double[] PRECISION = {0.15, 0.25, 0.4, 0.6, 0.8, 0.95, 1};
  private static final int CANDIDATES = 10;
  private static final int REQUESTS_OF_A_USER = 2;

  abstract void fill(double[] out, double z, Random random);

  /**
   * Readings that need calibration: each head is stretched and shifted.
   *
   * @param odds mean of z: below 0 clicks are rare
   */
  HeadReadings draw(int impressions, double odds, long seed) {
    Random random = new Random(seed);
    double[][] ratios = new double[impressions][HEADS];
    boolean[] labels = new boolean[impressions];
    int[] users = new int[impressions];
    int[] requests = new int[impressions];
    int[] candidates = new int[impressions];
    for (int row = 0; row < impressions; row++) {
      double z = odds + SPREAD * random.nextGaussian();
      labels[row] = random.nextDouble() < 1 / (1 + Math.exp(-z));
      fill(ratios[row], z, random);
      for (int head = 0; head < HEADS; head++) {
        ratios[row][head] = (1 + 0.3 * head) * ratios[row][head] + 0.5 - 0.2 * head;
      }
      requests[row] = row / CANDIDATES;
      users[row] = requests[row] / REQUESTS_OF_A_USER;
      candidates[row] = 20 + random.nextInt(20);
    }
    int[] contexts = random.ints(impressions / CANDIDATES + 1, 200, 400).toArray();
    return new HeadReadings(DEPTH, BLOCKS, ratios, labels, users, requests, contexts, candidates);
  }
}

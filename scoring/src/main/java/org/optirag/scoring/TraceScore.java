package org.optirag.scoring;

import java.util.Arrays;
import java.util.List;

/**
 * What is answered of a candidate from all heads it has seen, not the last alone: at the j-th head
 * the log ratio Σ_{i ≤ j} weight_ji · s_i + bias_j. Heads err in part independently of each other,
 * and what the shallower ones said costs nothing any more. The exit policy still looks at the heads
 * one by one.
 *
 * @param heads the weights for candidates that stop at each head, shallowest first; empty: the last
 *     head's own log ratio is the answer
 */
public record TraceScore(List<AtHead> heads) {
  /** The last head's own log ratio. */
  public static final TraceScore LAST = new TraceScore(List.of());

  /** Checks that the j-th head weighs j log ratios. */
  public TraceScore {
    heads = List.copyOf(heads);
    for (int j = 0; j < heads.size(); j++) {
      if (heads.get(j).weights().size() != j + 1) {
        throw new IllegalArgumentException(
            "head %d weighs %d log ratios".formatted(j + 1, heads.get(j).weights().size()));
      }
    }
  }

  /**
   * The weights where a candidate stops.
   *
   * @param weights of the log ratios seen, shallowest first
   * @param bias added to their sum
   */
  public record AtHead(List<Double> weights, double bias) {
    /** Copies the list. */
    public AtHead {
      weights = List.copyOf(weights);
    }
  }

  /**
   * The log ratio to answer with.
   *
   * @param logRatios calibrated, of the heads seen, shallowest first
   */
  public double of(double[] logRatios) {
    return of(logRatios, logRatios.length);
  }

  /** The log ratio to answer with after the first {@code seen} heads. */
  public double of(double[] logRatios, int seen) {
    if (heads.isEmpty()) {
      return logRatios[seen - 1];
    }
    AtHead head = heads.get(seen - 1);
    double sum = head.bias;
    for (int i = 0; i < seen; i++) {
      sum += head.weights.get(i) * logRatios[i];
    }
    return sum;
  }

  /**
   * Whether it knows as many heads as there are.
   *
   * @param count how many heads stand on the backbone
   */
  public boolean fits(int count) {
    return heads.isEmpty() || heads.size() == count;
  }

  /** Weights in arrays: weights[j] has j + 1 values. */
  public static TraceScore of(double[][] weights, double[] biases) {
    AtHead[] heads = new AtHead[biases.length];
    Arrays.setAll(heads, j -> new AtHead(Arrays.stream(weights[j]).boxed().toList(), biases[j]));
    return new TraceScore(List.of(heads));
  }
}

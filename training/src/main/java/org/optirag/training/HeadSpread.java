package org.optirag.training;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What moves a head's log ratio from candidate to candidate: the standard deviation of the part
 * that it reads of the graph's features, and of the part that it reads of the LLM.
 *
 * @param features of w · features + bias
 * @param llm of all the rest
 */
public record HeadSpread(double features, double llm) {
  /** An LLM that moves less than this share of what the features move does nothing. */
  private static final double NOTHING = 0.05;

  /**
   * Of the same candidates.
   *
   * @param logRatios of Yes to No
   * @param fromFeatures the features' part of these
   */
  static HeadSpread of(double[] logRatios, double[] fromFeatures) {
    double[] fromLlm = new double[logRatios.length];
    Arrays.setAll(fromLlm, c -> logRatios[c] - fromFeatures[c]);
    return new HeadSpread(deviation(fromFeatures), deviation(fromLlm));
  }

  private static double deviation(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    double squares = Arrays.stream(values).map(x -> (x - mean) * (x - mean)).sum();
    return Math.sqrt(squares / Math.max(1, values.length));
  }

  /** Whether the LLM moves less than a twentieth of what the features move. */
  public boolean llmDoesNothing() {
    return llm < NOTHING * features;
  }

  /** Both in a line. */
  public String text() {
    return String.format(
        Locale.ROOT,
        "Standard deviation of the last head's log ratio on validation: %.3f from the features,"
            + " %.3f from the LLM.",
        features,
        llm);
  }

  /** What to know and to do where the LLM does nothing. */
  public Optional<String> warning() {
    return llmDoesNothing()
        ? Optional.of(
            "The LLM does nothing here: the features rank the candidates alone. Use them without it"
                + " (the row \"features\" of 'optirag evaluate' needs no LLM and takes microseconds),"
                + " or train longer, on more examples, or with --no-features to see what it can do.")
        : Optional.empty();
  }
}

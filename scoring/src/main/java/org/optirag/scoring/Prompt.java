package org.optirag.scoring;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import org.optirag.backbone.PackedPrompt;

/**
 * What the scorer reads of one user and some candidates. Candidates that the features alone decide
 * need no tokens: the prompt is written for the others.
 *
 * @param tokens what the backbone reads: the context and one part for each candidate that is
 *     written; without any of those it is empty
 * @param features what the exit heads read beside it, [candidates, features]; rows may be empty
 * @param written the candidates that the tokens have parts of, ascending; treat as immutable
 * @param historyTold how many behaviours of the user's history found room
 * @param neighboursTold how many similar users found room
 */
@SuppressWarnings("ArrayRecordComponent") // Rows and places, never compared.
public record Prompt(
    PackedPrompt tokens, float[][] features, int[] written, int historyTold, int neighboursTold) {

  /**
   * Takes ownership of the arrays.
   *
   * @throws IllegalArgumentException if there is not one row of features a candidate, or not one
   *     part of tokens a written candidate
   */
  public Prompt {
    if (written.length != tokens.candidates().size()) {
      throw new IllegalArgumentException(
          "tokens of %d candidates, %d are written"
              .formatted(tokens.candidates().size(), written.length));
    }
    int before = -1;
    for (int candidate : written) {
      if (candidate <= before || candidate >= features.length) {
        throw new IllegalArgumentException(
            "%d candidates, features of %d, candidate %d is written after %d"
                .formatted(written.length, features.length, candidate, before));
      }
      before = candidate;
    }
  }

  /** All candidates are written; no features, nothing known of what the tokens tell. */
  public static Prompt of(PackedPrompt tokens) {
    return of(tokens, 0, 0);
  }

  /** All candidates are written; no features. */
  public static Prompt of(PackedPrompt tokens, int historyTold, int neighboursTold) {
    int candidates = tokens.candidates().size();
    return new Prompt(
        tokens,
        new float[candidates][0],
        IntStream.range(0, candidates).toArray(),
        historyTold,
        neighboursTold);
  }

  /**
   * No candidate is written: the features decide them all.
   *
   * @param features [candidates, features]
   */
  public static Prompt ofFeatures(float[][] features) {
    return new Prompt(PackedPrompt.empty(), features, new int[0], 0, 0);
  }

  /** How many candidates are asked about. */
  public int candidates() {
    return features.length;
  }

  /**
   * The tokens of a candidate, or empty where it is not written.
   *
   * @param candidate its place in the request
   */
  public Optional<int[]> tokensOf(int candidate) {
    int place = Arrays.binarySearch(written, candidate);
    return place < 0 ? Optional.empty() : Optional.of(tokens.candidates().get(place));
  }

  /** The same tokens, with the features of all candidates, [candidates, features]. */
  public Prompt withFeatures(float[][] features) {
    return with(features, written);
  }

  /**
   * The same tokens, as those of some of the candidates.
   *
   * @param features of all candidates, [candidates, features]
   * @param written the candidates that the tokens are of, ascending
   */
  public Prompt with(float[][] features, int[] written) {
    return new Prompt(tokens, features, written, historyTold, neighboursTold);
  }
}

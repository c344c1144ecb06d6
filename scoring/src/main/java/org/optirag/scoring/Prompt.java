package org.optirag.scoring;

import org.optirag.backbone.PackedPrompt;

/**
 * The prompt of one user and some candidates.
 *
 * @param tokens what the backbone reads: the context and one part for each candidate
 * @param features what the exit heads read beside it, [candidates, features]; rows may be empty
 * @param historyTold how many behaviours of the user's history found room
 * @param neighboursTold how many similar users found room
 */
public record Prompt(PackedPrompt tokens, float[][] features, int historyTold, int neighboursTold) {

  /**
   * Takes ownership of the features.
   *
   * @throws IllegalArgumentException if there is not one row of features a candidate
   */
  public Prompt {
    if (features.length != tokens.candidates().size()) {
      throw new IllegalArgumentException(
          "%d candidates, features of %d".formatted(tokens.candidates().size(), features.length));
    }
  }

  /** Tokens alone: no features, nothing known of what they tell. */
  public static Prompt of(PackedPrompt tokens) {
    return new Prompt(tokens, new float[tokens.candidates().size()][0], 0, 0);
  }

  /** The same tokens with other features, [candidates, features]. */
  public Prompt withFeatures(float[][] features) {
    return new Prompt(tokens, features, historyTold, neighboursTold);
  }
}

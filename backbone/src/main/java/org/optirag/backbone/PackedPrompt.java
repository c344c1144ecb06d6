package org.optirag.backbone;

import java.util.List;

/**
 * The token ids of one user's context and of the candidates that continue it. Each candidate sees
 * the context and itself, and stands at the positions right after the context: it is scored as if
 * context and candidate were one prompt.
 *
 * @param context tokens that all candidates share; may be empty
 * @param candidates tokens of each candidate; at least one, none of them empty
 */
public record PackedPrompt(int[] context, List<int[]> candidates) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if there is no candidate or one is empty
   */
  public PackedPrompt {
    candidates = List.copyOf(candidates);
    if (candidates.isEmpty()) {
      throw new IllegalArgumentException("a prompt needs at least one candidate");
    }
    for (int[] candidate : candidates) {
      if (candidate.length == 0) {
        throw new IllegalArgumentException("a candidate has no tokens");
      }
    }
  }

  /** All tokens of the context and the candidates. */
  public int tokens() {
    return context.length + candidates.stream().mapToInt(c -> c.length).sum();
  }

  /** The length of the longest prompt that this stands for: context and longest candidate. */
  public int longest() {
    return context.length + candidates.stream().mapToInt(c -> c.length).max().orElse(0);
  }
}

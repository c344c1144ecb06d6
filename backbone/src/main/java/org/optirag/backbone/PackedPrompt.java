package org.optirag.backbone;

import java.util.Arrays;
import java.util.List;

/**
 * The token ids of one user's context and of the candidates that continue it. Each candidate sees
 * the context and itself, and stands at the positions right after the context: it is scored as if
 * context and candidate were one prompt.
 *
 * @param context tokens that all candidates share; may be empty
 * @param candidates tokens of each candidate, none of them empty; without any there is nothing to
 *     score, and no pass takes the prompt
 */
public record PackedPrompt(int[] context, List<int[]> candidates) {
  /**
   * Copies the list.
   *
   * @throws IllegalArgumentException if a candidate is empty
   */
  public PackedPrompt {
    candidates = List.copyOf(candidates);
    for (int[] candidate : candidates) {
      if (candidate.length == 0) {
        throw new IllegalArgumentException("a candidate has no tokens");
      }
    }
  }

  /** Nothing to read: no context, no candidates. */
  public static PackedPrompt empty() {
    return new PackedPrompt(new int[0], List.of());
  }

  /**
   * The same context with some of the candidates.
   *
   * @param kept their places, ascending
   */
  public PackedPrompt only(int[] kept) {
    return kept.length == candidates.size()
        ? this
        : new PackedPrompt(context, Arrays.stream(kept).mapToObj(candidates::get).toList());
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

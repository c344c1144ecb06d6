package org.optirag.server.ranking;

import java.util.Arrays;
import org.optirag.backbone.tokenizer.Tokenizer;

/**
 * The beginning of a text.
 *
 * @param text a whole text, or what it begins with
 * @param tokens how many tokens that has
 */
public record TextHead(String text, int tokens) {
  /** Characters that are read for a token: what is longer has more tokens than that. */
  private static final int CHARACTERS = 16;

  /**
   * What a text's first tokens say; at least its first character.
   *
   * @param most tokens, at least 1
   */
  public static TextHead of(Tokenizer tokenizer, String text, int most) {
    String read = characters(text, (int) Math.min(text.length(), (long) CHARACTERS * most));
    int[] tokens = tokenizer.encode(read);
    if (tokens.length <= most) {
      return new TextHead(read, tokens.length);
    }
    return new TextHead(begin(read, tokenizer.decode(Arrays.copyOf(tokens, most))), most);
  }

  /** The first characters of a text, none of them halved; at least one. */
  public static String characters(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int end = Math.max(most, text.offsetByCodePoints(0, 1));
    return text.substring(0, Character.isHighSurrogate(text.charAt(end - 1)) ? end - 1 : end);
  }

  /** As far as both say the same: the last token may be a part of a character. */
  private static String begin(String text, String decoded) {
    int mismatch = Arrays.mismatch(text.toCharArray(), decoded.toCharArray());
    return characters(text, mismatch < 0 ? text.length() : mismatch);
  }
}

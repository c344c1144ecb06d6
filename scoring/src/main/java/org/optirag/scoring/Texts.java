package org.optirag.scoring;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.optirag.backbone.tokenizer.Tokenizer;

/**
 * Token ids of the texts that users and items bring. Such text is data: control tokens spelled out
 * in it stay text, line breaks and control characters become spaces, and it is cut at a length.
 */
final class Texts {
  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Cc}\\p{Z}]+");

  private final Tokenizer tokenizer;
  private final Map<String, int[]> known = new ConcurrentHashMap<>();

  Texts(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
  }

  /** The program's own words, never cut. Remembered. */
  int[] words(String text) {
    return known.computeIfAbsent(text, tokenizer::encode);
  }

  /** A control sequence of the chat format. Remembered. */
  int[] frame(String text) {
    // A frame never equals words: the key says which it is.
    return known.computeIfAbsent("\0" + text, key -> tokenizer.encodeFrame(text));
  }

  /**
   * A text from outside after some words of the program.
   *
   * @param before the program's words, for instance "\n- "
   * @param mostTokens of the text; what is longer is cut
   */
  int[] data(String before, String text, int mostTokens) {
    String clean = SPACE.matcher(head(text, 16 * mostTokens)).replaceAll(" ").strip();
    int[] lead = words(before);
    int[] ids = tokenizer.encode(before + clean);
    return ids.length <= lead.length + mostTokens
        ? ids
        : Arrays.copyOf(ids, lead.length + mostTokens);
  }

  /** Enough characters for the tokens that may stay, so that a huge text costs nothing. */
  private static String head(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    boolean splitsPair = Character.isHighSurrogate(text.charAt(most - 1));
    return text.substring(0, splitsPair ? most - 1 : most);
  }
}

package org.optirag.scoring;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizer.Place;

/**
 * Token ids of the texts of a prompt. What users and items bring is data: control tokens and marks
 * of the chat format that are spelled out in it stay text, line breaks and control characters
 * become spaces, and it is cut at a length.
 */
final class Texts {
  private static final Pattern SPACE = Pattern.compile("[\\s\\p{Cc}\\p{Z}]+");

  private final Tokenizer tokenizer;
  private final TextMarks marks;
  private final Map<Known, int[]> known = new ConcurrentHashMap<>();

  private record Known(String text, Place place, boolean frame) {}

  Texts(Tokenizer tokenizer, ChatFormat format) {
    this.tokenizer = tokenizer;
    this.marks = new TextMarks(format, tokenizer);
  }

  /** The program's own words after other text, never cut. Remembered. */
  int[] words(String text) {
    return words(text, Place.AFTER_TEXT);
  }

  /** The program's own words. */
  int[] words(String text, Place place) {
    return known.computeIfAbsent(
        new Known(text, place, false), key -> tokenizer.encode(text, place));
  }

  /** A text of the chat format after other text. Remembered. */
  int[] frame(String text) {
    return frame(text, Place.AFTER_TEXT);
  }

  /** A text of the chat format. */
  int[] frame(String text, Place place) {
    return known.computeIfAbsent(
        new Known(text, place, true), key -> tokenizer.encodeFrame(text, place));
  }

  /**
   * A text from outside after some words of the program.
   *
   * @param before the program's words, for instance "\n- "
   * @param mostTokens of the text; what is longer is cut
   */
  int[] data(String before, String text, int mostTokens) {
    return data(before, text, "", mostTokens);
  }

  /**
   * The same before other words.
   *
   * @param after the program's words that follow, which are not part of the result
   */
  int[] data(String before, String text, String after, int mostTokens) {
    String clean = marks.brokenIn(before, line(head(text, 16 * mostTokens)), after);
    int[] lead = words(before);
    int[] ids = tokenizer.encode(before + clean);
    return ids.length <= lead.length + mostTokens
        ? ids
        : Arrays.copyOf(ids, lead.length + mostTokens);
  }

  /** A word from outside that stands among the program's, without marks, on one line. */
  String word(String text, String after) {
    return marks.brokenIn(" ", line(text), after);
  }

  private static String line(String text) {
    return SPACE.matcher(text).replaceAll(" ").strip();
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

package org.optirag.scoring.trees;

import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * The lines "name=value" of one paragraph of a model's text. Errors name the file, the paragraph
 * and the field. Nothing is allocated for more numbers than a line has room for.
 *
 * @param file what errors call the file
 * @param paragraph what errors call the paragraph
 * @param values by name
 */
record TextFields(String file, String paragraph, Map<String, String> values) {
  private static final int LONGEST_NUMBER = 40;

  /** Of numbers in decimal alone: Java's own parser also takes hexadecimal and suffixes. */
  private static final String DECIMAL = "0123456789.eE+-";

  private static final Map<String, Double> INFINITE =
      Map.of("inf", Double.POSITIVE_INFINITY, "-inf", Double.NEGATIVE_INFINITY);

  /** A field's text as it is; fails where there is none. */
  String text(String name) {
    @Nullable String value = values.get(name);
    if (value == null) {
      throw broken(name, " is missing");
    }
    return value;
  }

  /** Fails unless the field has one text. */
  void require(String name, String expected) {
    String found = text(name);
    if (!found.equals(expected)) {
      throw broken(name, " is \"%s\", not \"%s\"".formatted(shortened(found), expected));
    }
  }

  /** Fails where a field says that the trees have what is not read here. */
  void requireZero(String name, String what) {
    if (!values.getOrDefault(name, "0").equals("0")) {
      throw broken(name, " says that it has " + what + ", which are not known here");
    }
  }

  /** A whole number from {@code least} to {@code most}. */
  int integer(String name, int least, int most) {
    return integers(name, 1, least, most)[0];
  }

  /** Whole numbers from {@code least} to {@code most}, exactly {@code count}. */
  int[] integers(String name, int count, int least, int most) {
    double[] numbers = numbers(name, count, Integer.MAX_VALUE);
    int[] integers = new int[count];
    for (int i = 0; i < count; i++) {
      integers[i] = (int) numbers[i];
      if (integers[i] != numbers[i] || integers[i] < least || integers[i] > most) {
        throw broken(name, "[%d] is not a whole number from %d to %d".formatted(i, least, most));
      }
    }
    return integers;
  }

  /** Numbers from −{@code most} to {@code most}, which may be infinite, exactly {@code count}. */
  double[] numbers(String name, int count, double most) {
    if (count == 0) {
      return new double[0];
    }
    String line = text(name);
    if (line.length() < 2L * count - 1) {
      throw broken(name, " has not " + count + " values");
    }
    double[] numbers = new double[count];
    StringTokenizer tokens = new StringTokenizer(line, " ");
    for (int i = 0; i < count; i++) {
      if (!tokens.hasMoreTokens()) {
        throw broken(name, " has %d values, not %d".formatted(i, count));
      }
      numbers[i] = number(name, i, tokens.nextToken(), most);
    }
    if (tokens.hasMoreTokens()) {
      throw broken(name, " has more than " + count + " values");
    }
    return numbers;
  }

  private double number(String name, int index, String token, double most) {
    double value = INFINITE.getOrDefault(token, Double.NaN);
    if (isDecimal(token)) {
      try {
        value = Double.parseDouble(token);
      } catch (NumberFormatException e) {
        // Two points, for instance: told below as any other text.
      }
    }
    if (!(Math.abs(value) <= most)) {
      throw broken(
          name,
          "[%d] is \"%s\", not a number".formatted(index, shortened(token))
              + (most == Double.POSITIVE_INFINITY ? "" : " from %s to %s".formatted(-most, most)));
    }
    return value;
  }

  private static boolean isDecimal(String token) {
    for (int i = 0; i < token.length(); i++) {
      if (DECIMAL.indexOf(token.charAt(i)) < 0) {
        return false;
      }
    }
    return token.length() <= LONGEST_NUMBER;
  }

  /**
   * The error that a field causes.
   *
   * @param problem goes on where the field's name ends
   */
  UserException broken(String name, String problem) {
    return ModelText.broken(file, paragraph + ": " + name + problem);
  }

  /** Of what a stranger may have written, what fits into a line. */
  static String shortened(String text) {
    String start = text.substring(0, Math.min(text.length(), LONGEST_NUMBER));
    return start.replaceAll("[^\\x20-\\x7e]", "?") + (start.length() < text.length() ? "…" : "");
  }
}

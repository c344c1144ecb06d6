package org.optirag.backbone.tokenizer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which patterns the native matcher may be given. It backtracks, and ends the process when it has
 * tried for too long. So nothing that repeats may hold a repetition, and an alternative has at most
 * two repetitions without an end: the work stays within the square of a text's length. All
 * published patterns of the models that are read are of this form.
 */
final class SplitPattern {
  private static final int LONGEST = 2_000;
  private static final int DEEPEST = 16;
  private static final int MOST_OPEN = 2;
  private static final int MOST_TIMES = 64;

  private static final Pattern GROUP = Pattern.compile("\\((?:\\?(?:i?:|=|!))?");
  private static final Pattern ESCAPE =
      Pattern.compile(
          "\\\\(?:[pP]\\{\\^?[A-Za-z_]{1,40}}|[sSdDwWrnt]|x\\{[0-9a-fA-F]{1,6}}|x[0-9a-fA-F]{2}"
              + "|u[0-9a-fA-F]{4}|[^A-Za-z0-9\\s])");
  private static final Pattern TIMES = Pattern.compile("\\{(\\d{1,4})(,(\\d{1,4})?)?}");

  private final String pattern;
  private final Deque<Alternatives> groups = new ArrayDeque<>();
  private int at;

  /**
   * What a group's alternatives repeat without an end, the one that is read and the most so far.
   */
  private static final class Alternatives {
    int open;
    int most;

    void next() {
      most = Math.max(most, open);
      open = 0;
    }
  }

  private SplitPattern(String pattern) {
    this.pattern = pattern;
  }

  /** What is wrong with a pattern, if anything is. */
  static Optional<String> problem(String pattern) {
    if (pattern.isEmpty() || pattern.length() > LONGEST) {
      return Optional.of("has %d characters, not 1 to %d".formatted(pattern.length(), LONGEST));
    }
    return Optional.ofNullable(new SplitPattern(pattern).scan());
  }

  private @Nullable String scan() {
    groups.push(new Alternatives());
    while (at < pattern.length()) {
      String problem =
          switch (pattern.charAt(at)) {
            case '(' -> open();
            case ')' -> close();
            case '|' -> {
              groups.element().next();
              at++;
              yield null;
            }
            case '[' -> oneOf();
            case '\\' -> skip(ESCAPE) ? repeated() : "has an escape that is not read here";
            case '^', '$' -> {
              at++;
              yield repeats() ? "repeats a place" : null;
            }
            case '*', '+', '?', '{' -> "repeats nothing";
            default -> {
              at += Character.charCount(pattern.codePointAt(at));
              yield repeated();
            }
          };
      if (problem != null) {
        return problem + ", at character " + (at + 1);
      }
      if (groups.element().open > MOST_OPEN) {
        return "has more than two repetitions without an end in a row, at character " + (at + 1);
      }
    }
    return groups.size() == 1 ? null : "does not close a group";
  }

  private boolean skip(Pattern form) {
    Matcher matcher = form.matcher(pattern).region(at, pattern.length());
    boolean found = matcher.lookingAt();
    at = found ? matcher.end() : at;
    return found;
  }

  private @Nullable String open() {
    skip(GROUP);
    if (at < pattern.length() && (pattern.charAt(at) == '?' || pattern.charAt(at) == '*')) {
      return "has a kind of group that is not read here";
    }
    groups.push(new Alternatives());
    return groups.size() > DEEPEST ? "has more than " + DEEPEST + " groups in each other" : null;
  }

  private @Nullable String close() {
    Alternatives closed = groups.pop();
    if (groups.isEmpty()) {
      return "closes a group that is not open";
    }
    closed.next();
    groups.element().open += closed.most;
    at++;
    if (at < pattern.length() && pattern.charAt(at) == '?') {
      at++;
    }
    return repeats() ? "repeats a group" : null;
  }

  private @Nullable String oneOf() {
    at++;
    if (at < pattern.length() && pattern.charAt(at) == '^') {
      at++;
    }
    int first = at;
    while (at < pattern.length() && pattern.charAt(at) != ']') {
      if (pattern.charAt(at) == '\\') {
        if (!skip(ESCAPE)) {
          return "has an escape that is not read here";
        }
      } else if (pattern.charAt(at) == '[' || pattern.startsWith("&&", at)) {
        return "has a set within a set";
      } else {
        at++;
      }
    }
    if (at == pattern.length() || at == first) {
      return "has a set that is empty or not closed";
    }
    at++;
    return repeated();
  }

  private boolean repeats() {
    return at < pattern.length() && "*+?{".indexOf(pattern.charAt(at)) >= 0;
  }

  /** What may stand behind a single character or set. */
  private @Nullable String repeated() {
    if (!repeats()) {
      return null;
    }
    char kind = pattern.charAt(at);
    boolean open = kind == '*' || kind == '+';
    if (kind == '{') {
      Matcher times = TIMES.matcher(pattern).region(at, pattern.length());
      if (!times.lookingAt()) {
        return "has a brace that repeats nothing";
      }
      open = times.group(2) != null && times.group(3) == null;
      for (int group : new int[] {1, 3}) {
        String number = times.group(group);
        if (number != null && Integer.parseInt(number) > MOST_TIMES) {
          return "repeats more than " + MOST_TIMES + " times";
        }
      }
      at = times.end();
    } else {
      at++;
      if (at < pattern.length() && (pattern.charAt(at) == '?' || pattern.charAt(at) == '+')) {
        at++; // as few, or all, that it can
      }
    }
    groups.element().open += open ? 1 : 0;
    return repeats() ? "repeats a repetition" : null;
  }
}

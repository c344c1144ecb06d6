package org.optirag.server.http;

/** What texts from outside may be. */
final class Texts {
  static final int MOST_ID = 200;

  private Texts() {}

  /** An id: 1 to 200 characters, none of them a control character. */
  static String id(String id, String path) {
    if (id.isEmpty() || id.length() > MOST_ID) {
      throw ProblemException.field(
          path, "An id has 1 to " + MOST_ID + " characters, this one " + id.length() + ".");
    }
    if (!isWellFormed(id) || id.chars().anyMatch(Character::isISOControl)) {
      throw ProblemException.field(path, "An id has no control characters.");
    }
    return id;
  }

  /** A text with something to read in it, and neither half characters nor NUL. */
  static String text(String text, int most, String path) {
    if (text.length() > most) {
      throw ProblemException.field(
          path, "The text has %d characters, at most %d.".formatted(text.length(), most));
    }
    if (text.isBlank()) {
      throw ProblemException.field(path, "The text is blank.");
    }
    if (!isWellFormed(text) || text.indexOf('\0') >= 0) {
      throw ProblemException.field(path, "The text has half a surrogate pair or a NUL in it.");
    }
    return text;
  }

  /** Whether every surrogate has its other half. */
  private static boolean isWellFormed(String text) {
    return text.codePoints().noneMatch(point -> point >= 0xD800 && point <= 0xDFFF);
  }
}

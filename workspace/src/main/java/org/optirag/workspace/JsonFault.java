package org.optirag.workspace;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.exc.MismatchedInputException;

/**
 * What is wrong with a JSON text, for whoever wrote it: the parser's own messages also tell of its
 * types and switches, and of a source that it does not show.
 */
public final class JsonFault {
  private static final Pattern MISSING =
      Pattern.compile("(?:Missing|Null value for) (?:required )?creator property '([^']*)'");

  private static final Pattern TWICE = Pattern.compile("Duplicate \\w+ [\"'`]([^\"'`]*)[\"'`]");

  private JsonFault() {}

  /** Of a whole file, for instance "Unexpected end-of-input … at line 3, column 7". */
  public static String told(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    boolean known = isSyntax(e) && at != null && at.getLineNr() > 0;
    return said(e)
        + (known ? " at line %d, column %d".formatted(at.getLineNr(), at.getColumnNr()) : "");
  }

  /**
   * Of a text of one line, whose place the caller knows: "Unexpected end-of-input … at column 7".
   */
  public static String toldOfLine(JacksonException e) {
    TokenStreamLocation at = e.getLocation();
    boolean known = isSyntax(e) && at != null && at.getColumnNr() > 0;
    return said(e) + (known ? " at column " + at.getColumnNr() : "");
  }

  /** The same without a place. */
  public static String said(JacksonException e) {
    String own = e.getOriginalMessage();
    if (own == null || own.isBlank()) {
      return "no JSON";
    }
    if (own.startsWith("Trailing token")) {
      return "there is more after its value";
    }
    Matcher twice = TWICE.matcher(own);
    if (twice.lookingAt()) {
      return "the field '" + twice.group(1) + "' stands twice";
    }
    String field = e instanceof DatabindException bind ? ConfigFile.field(bind) : "";
    Matcher missing = MISSING.matcher(own);
    if (missing.lookingAt()) {
      String name = missing.group(1);
      boolean named = field.equals(name) || field.endsWith("." + name);
      return (named ? field : field.isEmpty() ? name : field + "." + name) + " is missing";
    }
    String subject = field.isEmpty() ? "it" : field;
    if (own.startsWith("Cannot map `null`")) {
      return subject + " is null";
    }
    if (e instanceof MismatchedInputException wrong && wrong.getTargetType() != null) {
      return subject + " is not " + expected(wrong.getTargetType());
    }
    return (field.isEmpty() ? "" : field + ": ") + plain(own);
  }

  private static String plain(String own) {
    return own.lines()
        .findFirst()
        .orElse(own)
        .replaceAll("\\s*\\([^()]*\\[Source:[^\\]]*\\]\\)", "")
        .replaceAll("\\s*(at )?\\[Source:[^\\]]*\\]", "")
        .replaceAll(", from `[^`]*`", "")
        .strip();
  }

  private static boolean isSyntax(JacksonException e) {
    return !(e instanceof DatabindException);
  }

  private static String expected(Class<?> type) {
    String expected = ConfigFile.expected(type);
    return expected.equals("fields") ? "an object" : expected;
  }
}

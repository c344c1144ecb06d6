package org.optirag.evaluation;

import java.util.Locale;
import java.util.regex.Pattern;

/** Figures as texts: what rounds to nothing has no minus. */
public final class Digits {
  private static final Pattern NOTHING = Pattern.compile("-(0(?:\\.0+)?)(?![\\d.])");

  private Digits() {}

  /** Formats numbers, for instance "%+.4f [%+.3f, %+.3f]". */
  public static String of(String format, Object... values) {
    return NOTHING.matcher(String.format(Locale.ROOT, format, values)).replaceAll("$1");
  }
}

package org.optirag.dataset.source;

import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jsoup.parser.Parser;

/**
 * Decodes the character references that titles of web shops carry: every name of HTML 5 and every
 * number, those of Windows-1252 as browsers understand them.
 *
 * <p>A reference ends in a semicolon here. HTML knows some without one, but a title such as
 * "R&amp;GT Records" is meant as it stands.
 */
final class HtmlEntities {
  private static final Pattern REFERENCE =
      Pattern.compile("&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,40});");

  private HtmlEntities() {}

  /**
   * "Lock &amp;amp; Key" becomes "Lock &amp; Key", and what was encoded twice is decoded twice.
   * What no reference is, or one of a character that no text has, stays as it is.
   */
  static String decode(String text) {
    String before = text;
    while (before.indexOf('&') >= 0) { // ends, since what is decoded is shorter
      String after =
          REFERENCE.matcher(before).replaceAll(found -> Matcher.quoteReplacement(decoded(found)));
      if (after.equals(before)) {
        return after;
      }
      before = after;
    }
    return before;
  }

  private static String decoded(MatchResult reference) {
    String found = reference.group();
    String decoded = Parser.unescapeEntities(found, true);
    boolean text =
        decoded
            .codePoints()
            .allMatch(c ->
                c == '\t' || c == '\n' || !(Character.isISOControl(c) || c == '\uFFFD' || lone(c)));
    return text ? decoded.replace('\u00A0', ' ') : found;
  }

  private static boolean lone(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}

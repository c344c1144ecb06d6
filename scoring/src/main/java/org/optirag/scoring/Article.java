package org.optirag.scoring;

import java.util.Locale;
import java.util.regex.Pattern;

/** The indefinite article of an English noun, by how the noun begins. */
final class Article {
  /** Spelled with a vowel, spoken with a consonant: a unit, a European outlet, a one-pot meal. */
  private static final Pattern CONSONANT =
      Pattern.compile("(?:uni(?![nm])|us[aeiu]|ut[ei]|ubi|eu|ewe|one(?![a-z])|once).*");

  /** Spelled with a consonant, spoken with a vowel: an hour, an heirloom. */
  private static final Pattern VOWEL = Pattern.compile("(?:hour|heir|honest|honou?r).*");

  private Article() {}

  /** "a" or "an". */
  static String of(String noun) {
    String lower = noun.strip().toLowerCase(Locale.ROOT);
    if (VOWEL.matcher(lower).matches()) {
      return "an";
    }
    boolean vowel = !lower.isEmpty() && "aeiou".indexOf(lower.charAt(0)) >= 0;
    return vowel && !CONSONANT.matcher(lower).matches() ? "an" : "a";
  }
}

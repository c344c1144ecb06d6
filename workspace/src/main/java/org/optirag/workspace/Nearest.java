package org.optirag.workspace;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the name that a user may have meant. */
public final class Nearest {
  private Nearest() {}

  /**
   * The known name that is most like a wanted one: the same but for case and punctuation, or with a
   * third of its letters wrong at most.
   */
  public static Optional<String> to(String wanted, Collection<String> known) {
    String plain = plain(wanted);
    String nearest = null;
    int least = Math.max(1, plain.length() / 3) + 1;
    for (String name : known) {
      int distance = distance(plain, plain(name));
      if (distance < least) {
        least = distance;
        nearest = name;
      }
    }
    return Optional.ofNullable(nearest);
  }

  /** "Did you mean 'title'? " where one is near, else nothing: to begin a way out with. */
  public static String question(String wanted, Collection<String> known) {
    return to(wanted, known).map(name -> "Did you mean '" + name + "'? ").orElse("");
  }

  private static String plain(String name) {
    String letters = name.toLowerCase(Locale.ROOT).replaceAll("[^\\p{L}\\p{N}.]", "");
    return letters.isEmpty() ? name : letters;
  }

  /** How many letters have to be put in, left out, changed or swapped with the next. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int change = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(d[i - 1][j - 1] + change, Math.min(d[i - 1][j], d[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}

package org.optirag.retrieval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.optirag.dataset.Field;
import org.optirag.dataset.Items;

/** What the items' texts say in a form one can compute with: years and genres. Immutable. */
final class ItemTraits {
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})\\)\\s*$");
  private static final Set<String> GENRES = Set.of("genres", "genre", "categories");
  private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*");

  private final float[] years;
  private final int[][] genres;

  private ItemTraits(float[] years, int[][] genres) {
    this.years = years;
    this.genres = genres;
  }

  static ItemTraits of(Items items) {
    float[] years = new float[items.size()];
    int[][] genres = new int[items.size()][];
    Map<String, Integer> known = new HashMap<>();
    for (int item = 0; item < years.length; item++) {
      Matcher year = YEAR.matcher(items.title(item));
      years[item] = year.find() ? Integer.parseInt(year.group(1)) : Float.NaN;
      genres[item] =
          items.fields().get(item).stream()
              .filter(field -> GENRES.contains(field.name().toLowerCase(Locale.ROOT)))
              .map(Field::value)
              .flatMap(SEPARATOR::splitAsStream)
              .mapToInt(genre -> known.computeIfAbsent(genre, g -> known.size()))
              .sorted()
              .distinct()
              .toArray();
    }
    return new ItemTraits(years, genres);
  }

  /** The year in which a title such as "Toy Story (1995)" ends, else NaN. */
  float year(int item) {
    return years[item];
  }

  /** The squared cosine of two items' sets of genres: |A ∩ B|² / (|A| |B|); 0 if one is empty. */
  double likeness(int a, int b) {
    int[] one = genres[a];
    int[] other = genres[b];
    if (one.length == 0 || other.length == 0) {
      return 0;
    }
    double common = 0;
    for (int genre : one) {
      common += Arrays.binarySearch(other, genre) >= 0 ? 1 : 0;
    }
    return common * common / ((double) one.length * other.length);
  }
}

package org.optirag.retrieval;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToIntFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.optirag.dataset.Field;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;

/** What the items' texts say in a form one can compute with: years and genres. Immutable. */
final class ItemTraits {
  private static final Pattern YEAR = Pattern.compile("\\((\\d{4})\\)\\s*$");
  private static final Set<String> GENRES = Set.of("genres", "genre", "categories");
  private static final Pattern SEPARATOR = Pattern.compile("\\s*,\\s*");

  private final Map<String, Integer> known;
  private final float[] years;
  private final int[][] genres;
  private final Map<Integer, Trait> changed;

  /** Of one item; genres ascend. */
  private record Trait(float year, int[] genres) {}

  private ItemTraits(
      Map<String, Integer> known, float[] years, int[][] genres, Map<Integer, Trait> changed) {
    this.known = known;
    this.years = years;
    this.genres = genres;
    this.changed = changed;
  }

  static ItemTraits of(Items items) {
    float[] years = new float[items.size()];
    int[][] genres = new int[items.size()][];
    Map<String, Integer> known = new HashMap<>();
    for (int item = 0; item < years.length; item++) {
      Trait trait = read(items, item, genre -> known.computeIfAbsent(genre, g -> known.size()));
      years[item] = trait.year;
      genres[item] = trait.genres;
    }
    return new ItemTraits(known, years, genres, Map.of());
  }

  /**
   * The same but for some items, which may have higher numbers than there were.
   *
   * @param texts what is written of these items now
   */
  ItemTraits with(ItemTexts texts, Set<Integer> items) {
    if (items.isEmpty()) {
      return this;
    }
    Map<String, Integer> further = new HashMap<>();
    Map<Integer, Trait> traits = HashMap.newHashMap(items.size());
    for (int item : items) {
      traits.put(
          item,
          read(
              texts,
              item,
              genre -> {
                Integer number = known.get(genre);
                return number != null
                    ? number
                    : further.computeIfAbsent(genre, g -> known.size() + further.size());
              }));
    }
    return new ItemTraits(known, years, genres, traits);
  }

  private static Trait read(ItemTexts texts, int item, ToIntFunction<String> number) {
    Matcher year = YEAR.matcher(texts.title(item));
    int[] genres =
        texts.fields(item).stream()
            .filter(field -> GENRES.contains(field.name().toLowerCase(Locale.ROOT)))
            .map(Field::value)
            .flatMap(SEPARATOR::splitAsStream)
            .mapToInt(number)
            .sorted()
            .distinct()
            .toArray();
    return new Trait(year.find() ? Integer.parseInt(year.group(1)) : Float.NaN, genres);
  }

  /** The year in which a title such as "Toy Story (1995)" ends, else NaN. */
  float year(int item) {
    Trait other = changed.isEmpty() ? null : changed.get(item);
    return other == null ? years[item] : other.year;
  }

  /** The squared cosine of two items' sets of genres: |A ∩ B|² / (|A| |B|); 0 if one is empty. */
  double likeness(int a, int b) {
    int[] one = genres(a);
    int[] other = genres(b);
    if (one.length == 0 || other.length == 0) {
      return 0;
    }
    double common = 0;
    for (int genre : one) {
      common += Arrays.binarySearch(other, genre) >= 0 ? 1 : 0;
    }
    return common * common / ((double) one.length * other.length);
  }

  private int[] genres(int item) {
    Trait other = changed.isEmpty() ? null : changed.get(item);
    return other == null ? genres[item] : other.genres;
  }
}

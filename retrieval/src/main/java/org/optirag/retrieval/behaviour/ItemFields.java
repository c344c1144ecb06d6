package org.optirag.retrieval.behaviour;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.optirag.dataset.Field;
import org.optirag.dataset.Items;
import org.optirag.retrieval.BoundedCache;

/**
 * The items' fields as values to compare: "genres: Drama, War" holds two. Two fields, at most, are
 * the items' categories: those among the usual names that most items have. Safe for use from many
 * threads.
 */
final class ItemFields {
  /** Names of categories whose texts list several. */
  private static final List<String> LISTS =
      List.of("category", "categories", "genre", "genres", "topic", "topics", "tags", "platform");

  /** Names of categories whose texts are one value, whatever stands in it. */
  private static final List<String> SINGLE =
      List.of(
          "subcategory",
          "main_category",
          "section",
          "department",
          "brand",
          "manufacturer",
          "store",
          "publisher",
          "author",
          "artist",
          "director");

  private static final Pattern SEPARATOR = Pattern.compile("\\s*[,|;]\\s*");
  private static final int LONGEST = 64;
  private static final long CACHED_BYTES = 64L << 20;

  private final List<String> categories;
  private final BoundedCache<List<Field>, Values> read =
      new BoundedCache<>(CACHED_BYTES, (fields, values) -> 200L + 150L * values.all.size());

  /**
   * The values of one item, each once.
   *
   * @param all of every field whose text is not long
   * @param categories [first, second] the values of the fields that are categories
   */
  record Values(List<Field> all, List<List<Field>> categories) {}

  private ItemFields(List<String> categories) {
    this.categories = categories;
  }

  static ItemFields of(Items items) {
    Map<String, Integer> having = new HashMap<>();
    for (List<Field> fields : items.fields()) {
      for (Field field : fields) {
        having.merge(name(field), 1, Integer::sum);
      }
    }
    List<String> usual = new ArrayList<>(LISTS);
    usual.addAll(SINGLE);
    return new ItemFields(
        usual.stream()
            .filter(having::containsKey)
            .sorted(Comparator.comparingInt((String name) -> -having.getOrDefault(name, 0)))
            .limit(2)
            .toList());
  }

  Values of(List<Field> fields) {
    return read.get(fields, this::read);
  }

  private Values read(List<Field> fields) {
    Set<Field> all = new LinkedHashSet<>();
    List<Set<Field>> kinds = List.of(new LinkedHashSet<>(), new LinkedHashSet<>());
    for (Field field : fields) {
      String name = name(field);
      int kind = categories.indexOf(name);
      for (String part : parts(name, field.value())) {
        Field value = new Field(name, part.toLowerCase(Locale.ROOT));
        if (kind >= 0) {
          kinds.get(kind).add(value);
        }
        if (part.length() <= LONGEST) {
          all.add(value);
        }
      }
    }
    return new Values(List.copyOf(all), kinds.stream().map(List::copyOf).toList());
  }

  private static List<String> parts(String name, String text) {
    return LISTS.contains(name)
        ? SEPARATOR.splitAsStream(text.strip()).filter(part -> !part.isEmpty()).toList()
        : List.of(text.strip());
  }

  private static String name(Field field) {
    return field.name().toLowerCase(Locale.ROOT);
  }
}

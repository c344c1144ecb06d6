package org.optirag.dataset;

import java.util.List;

/**
 * The items: ids, titles and further text fields. Immutable.
 *
 * @param ids item ids in the order of their numbers
 * @param titles one title per item; where the source has none, {@link Untitled}'s
 * @param fields per item the further texts (genres, author, …), possibly none
 */
public record Items(IdIndex ids, List<String> titles, List<List<Field>> fields)
    implements ItemTexts {
  /** Copies the lists. */
  public Items {
    titles = List.copyOf(titles);
    fields = fields.stream().map(List::copyOf).toList();
    if (titles.size() != ids.size() || fields.size() != ids.size()) {
      throw new IllegalArgumentException(
          ids.size() + " items but " + titles.size() + " titles, " + fields.size() + " fields");
    }
  }

  /** How many items there are. */
  public int size() {
    return ids.size();
  }

  @Override
  public String title(int item) {
    return titles.get(item);
  }

  @Override
  public List<Field> fields(int item) {
    return fields.get(item);
  }

  /** All texts of an item in a line: "title. name: value. …". */
  public String text(int item) {
    StringBuilder text = new StringBuilder(titles.get(item));
    for (Field field : fields.get(item)) {
      text.append(". ").append(field.name()).append(": ").append(field.value());
    }
    return text.toString();
  }
}

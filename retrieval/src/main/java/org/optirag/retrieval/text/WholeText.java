package org.optirag.retrieval.text;

import java.util.List;
import java.util.stream.IntStream;
import org.optirag.dataset.Field;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;

/**
 * All that is written of an item as one text: "title. value. value". Without the names of the
 * fields, which all items share.
 */
public final class WholeText {
  /** Longer texts are cut: what is told first is what an item is. */
  static final int MOST_CHARACTERS = 4_096;

  private WholeText() {}

  /** The text of an item. */
  public static String of(ItemTexts texts, int item) {
    List<Field> fields = texts.fields(item);
    String title = texts.title(item);
    if (fields.isEmpty()) {
      return head(title, MOST_CHARACTERS);
    }
    StringBuilder text = new StringBuilder(title);
    for (Field field : fields) {
      text.append(". ").append(field.value());
    }
    return head(text.toString(), MOST_CHARACTERS);
  }

  /** The texts of all items, in the order of their numbers; made as they are read. */
  static Iterable<String> all(Items items) {
    return () -> IntStream.range(0, items.size()).mapToObj(item -> of(items, item)).iterator();
  }

  static String head(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most);
  }
}

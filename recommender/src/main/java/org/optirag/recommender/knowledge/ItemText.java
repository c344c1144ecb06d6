package org.optirag.recommender.knowledge;

import java.util.List;
import org.optirag.dataset.Field;

/** What an item is called, and what else is written of it. */
public record ItemText(String title, List<Field> fields) {
  /** Copies the list. */
  public ItemText {
    fields = List.copyOf(fields);
  }
}

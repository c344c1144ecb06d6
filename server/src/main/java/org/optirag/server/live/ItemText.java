package org.optirag.server.live;

import java.util.List;
import org.optirag.dataset.Field;

/** What an item is called, and what else is written of it. */
record ItemText(String title, List<Field> fields) {
  ItemText {
    fields = List.copyOf(fields);
  }
}

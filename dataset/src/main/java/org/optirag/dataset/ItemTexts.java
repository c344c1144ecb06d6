package org.optirag.dataset;

import java.util.List;

/** What items are called and what else is written of them, by number. */
public interface ItemTexts {
  /** The title of an item. */
  String title(int item);

  /** The further texts of an item (genres, author, …), possibly none. */
  List<Field> fields(int item);
}

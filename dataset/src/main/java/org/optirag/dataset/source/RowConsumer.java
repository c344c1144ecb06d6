package org.optirag.dataset.source;

import org.jspecify.annotations.Nullable;

/** Receives the rows of a table. */
@FunctionalInterface
public interface RowConsumer {
  /**
   * @param line the row's first line in its file, from 1
   * @param values the values of the columns asked for, in that order; null where the row has none.
   *     The array is used again for the next row.
   */
  void accept(long line, @Nullable String[] values);
}

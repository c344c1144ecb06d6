package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.optirag.workspace.UserException;

/** How a table lies in its file. */
public sealed interface Layout permits Delimited, RecordLines, UserLists, ParquetTable {

  /**
   * Reads every row, in the order of the file and in bounded memory.
   *
   * @param columns the names of the columns wanted
   * @param complaints told of each row that has the wrong form
   * @throws UserException if the file lacks a column
   */
  void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException;

  /** What to say where a column is wanted that is not there. */
  static UserException missing(Path file, String column, List<String> known) {
    return new UserException(
        file + " has no column '" + column + "'; it has " + known + ".",
        "Name one of these in the mapping, or check that this is the right file.");
  }
}

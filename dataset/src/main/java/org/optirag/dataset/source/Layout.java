package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.Nearest;
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

  /**
   * The column that a name means, or whose field a dotted name means.
   *
   * @param known the file's columns; one whose own name has dots comes first
   * @return null where there is none
   */
  static @Nullable String base(List<String> known, String name) {
    for (int end = name.length(); end > 0; end = name.lastIndexOf('.', end - 1)) {
      if (known.contains(name.substring(0, end))) {
        return name.substring(0, end);
      }
    }
    return null;
  }

  /** What to say where a column is wanted that is not there. */
  static UserException missing(Object file, String column, List<String> known) {
    if (known.isEmpty() || known.stream().allMatch(String::isBlank)) {
      return new UserException(
          file + " has no first line that names its columns, and so no '" + column + "'.",
          "Check that this is the right file, or name its columns in a mapping ('columns:').");
    }
    return new UserException(
        file + " has no column '" + column + "'; it has " + known + ".",
        delimiter(known)
            + within(column, known)
            + "Name one of these in a mapping, or check that this is the right file.");
  }

  /** A column that is a field of a record is meant by its own name too; else the nearest. */
  private static String within(String column, List<String> known) {
    return known.stream()
        .filter(name -> name.endsWith("." + column))
        .findFirst()
        .map(name -> "Did you mean '" + name + "'? ")
        .orElseGet(() -> Nearest.question(column, known));
  }

  /** Where a header looks like several columns read as one, the delimiter to try. */
  private static String delimiter(List<String> known) {
    String header = known.size() == 1 ? known.get(0) : "";
    for (String delimiter : List.of(";", "\t", "|", ",")) {
      if (header.contains(delimiter)) {
        return "Perhaps its delimiter is another; a mapping says so by 'delimiter: \""
            + delimiter.replace("\t", "\\t")
            + "\"'. ";
      }
    }
    return "";
  }
}

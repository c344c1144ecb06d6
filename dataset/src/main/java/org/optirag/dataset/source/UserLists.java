package org.optirag.dataset.source;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/**
 * One line a user: "user item item …", parted by blanks, as LightGCN's and S3-Rec's files. Gives
 * one row for each item, with the columns "user" and "item".
 */
public record UserLists() implements Layout {
  static final List<String> COLUMNS = List.of("user", "item");

  @Override
  public void read(Path file, List<String> columns, Complaints complaints, RowConsumer rows)
      throws IOException {
    for (String column : columns) {
      if (!COLUMNS.contains(column)) {
        throw Layout.missing(file, column, COLUMNS);
      }
    }
    @Nullable String[] values = new String[columns.size()];
    try (TextLines lines = new TextLines(file, StandardCharsets.UTF_8)) {
      if (lines.note() != null) {
        complaints.noted(lines.note());
      }
      for (String text = lines.next(); text != null; text = lines.next()) {
        if (lines.cut()) {
          complaints.broken(
              file,
              lines.number(),
              "the line has more than " + TextLines.LONGEST + " characters",
              text);
          continue;
        }
        StringTokenizer words = new StringTokenizer(text);
        if (!words.hasMoreTokens()) {
          continue;
        }
        String user = words.nextToken();
        while (words.hasMoreTokens()) {
          String item = words.nextToken();
          for (int i = 0; i < values.length; i++) {
            values[i] = columns.get(i).equals("user") ? user : item;
          }
          rows.accept(lines.number(), values);
        }
      }
    }
  }
}

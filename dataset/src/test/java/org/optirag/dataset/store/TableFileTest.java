package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.store.TableFile.Column;
import org.optirag.dataset.store.TableFile.Type;
import org.optirag.workspace.UserException;

class TableFileTest {
  private static final List<Column> COLUMNS =
      List.of(
          new Column("text", Type.TEXT),
          new Column("whole", Type.WHOLE),
          new Column("a \"number\"", Type.NUMBER),
          new Column("flag", Type.FLAG));

  @TempDir private Path directory;

  private static List<List<String>> read(Path file, String... columns) {
    List<List<String>> rows = new ArrayList<>();
    TableFile.read(
        file, List.of(columns), List.of(), values -> rows.add(List.copyOf(told(values))));
    return rows;
  }

  private static List<String> told(List<String> values) {
    return values.stream().map(value -> value == null ? "(none)" : value).toList();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rows.csv", "rows.parquet", "ROWS.CSV"})
  void whatIsWrittenIsReadInItsOrderToTheLastBit(String name) {
    Path file = directory.resolve("new").resolve(name);
    double tenth = Math.nextUp(0.1);
    try (TableFile table = TableFile.write(file, COLUMNS)) {
      table.add("b, \"quoted\"\nline", Long.MAX_VALUE, tenth, true);
      table.add("007", 3, Double.MIN_VALUE, false);
      table.add(null, null, null, null);
      assertThat(file).as("not before it is whole").doesNotExist();
      table.finish();
    }
    List<List<String>> rows = read(file, "text", "whole", "a \"number\"", "flag");
    assertThat(rows).hasSize(3);
    assertThat(rows.get(0))
        .startsWith("b, \"quoted\"\nline", Long.toString(Long.MAX_VALUE))
        .endsWith("true");
    assertThat(Double.parseDouble(rows.get(0).get(2))).isEqualTo(tenth);
    assertThat(rows.get(1)).startsWith("007", "3").endsWith("false");
    assertThat(Double.parseDouble(rows.get(1).get(2))).isEqualTo(Double.MIN_VALUE);
    assertThat(rows.get(2)).containsOnly("(none)");
  }

  @Test
  void whatIsNotFinishedLeavesWhatWasThere() throws IOException {
    Path file = Files.writeString(directory.resolve("rows.csv"), "as it was");
    try (TableFile table = TableFile.write(file, COLUMNS)) {
      table.add("x", 1, 1.0, true);
    }
    assertThat(file).hasContent("as it was");
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void tablesOfEveryFormAreReadByTheirEnding() throws IOException {
    Path jsonl = directory.resolve("t.jsonl");
    Files.writeString(
        jsonl, "{\"user\": 42, \"item\": \"007\"}\n{\"item\": \"8\", \"user\": 43}\n");
    assertThat(read(jsonl, "user", "item"))
        .containsExactly(List.of("42", "007"), List.of("43", "8"));
    Path tsv = Files.writeString(directory.resolve("t.tsv"), "item\tuser\n007\t42\n8\t\n");
    assertThat(read(tsv, "user", "item"))
        .containsExactly(List.of("42", "007"), List.of("(none)", "8"));
    Path packed = directory.resolve("t.csv.gz");
    try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write("user,item\n1,\"a,b\"\n".getBytes(StandardCharsets.UTF_8));
    }
    assertThat(read(packed, "user", "item")).containsExactly(List.of("1", "a,b"));
    List<List<String>> optional = new ArrayList<>();
    TableFile.read(tsv, List.of("user"), List.of("time"), values -> optional.add(told(values)));
    assertThat(optional)
        .isEqualTo(Arrays.asList(List.of("42", "(none)"), List.of("(none)", "(none)")));
  }

  @Test
  void whatCannotBeReadOrWrittenIsNamed() throws IOException {
    assertThatThrownBy(() -> TableFile.write(directory.resolve("rows.xlsx"), COLUMNS))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("rows.xlsx")
        .hasMessageContaining(".parquet or .csv");
    assertThatThrownBy(() -> read(directory.resolve("none.csv"), "user"))
        .hasMessageContaining("There is no file");
    Path broken = Files.writeString(directory.resolve("broken.parquet"), "no Parquet at all");
    assertThatThrownBy(() -> read(broken, "user"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot read " + broken);
    Path csv = Files.writeString(directory.resolve("t.csv"), "User,item\n1,2\n");
    assertThatThrownBy(() -> read(csv, "user", "item"))
        .hasMessageContaining("has no column 'user'; it has [User, item]")
        .hasMessageContaining("Did you mean 'User'? Name the columns user, item.");
    Path typed = Files.writeString(directory.resolve("y.csv"), "user,item,titel\n1,2,Dune\n");
    assertThatThrownBy(() ->
            TableFile.read(typed, List.of("user", "item"), List.of("time", "title"), row -> {}))
        .hasMessage(
            typed
                + ": the column 'titel' is not known."
                + " Did you mean 'title'? Else give it another name.");
    Path uneven = Files.writeString(directory.resolve("u.csv"), "user,item\n1,2\n3,4,5\n");
    assertThatThrownBy(() -> read(uneven, "user", "item")).isInstanceOf(UserException.class);
    assertThatThrownBy(() -> read(uneven, "user", "item"))
        .hasMessageStartingWith(uneven + ":3: the line has 3 cells, the header 2.");
  }

  @Test
  void brokenLinesAreNamed() throws IOException {
    Path json = directory.resolve("rows.jsonl");
    Files.writeString(json, "{\"user\":\"1\",\"item\":\"2\"}\n{\"user\":\"1\",\"item\":\n");
    assertThatThrownBy(() -> read(json, "user", "item"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(json + ":2: Unexpected end-of-input");
    for (String name : List.of("latin.csv", "latin.tsv", "latin.jsonl")) {
      String delimiter = name.endsWith("tsv") ? "\t" : ",";
      String text =
          name.endsWith("jsonl")
              ? "{\"user\":\"1\",\"item\":\"2\"}\n{\"user\":\"Caf\u00e9\",\"item\":\"2\"}\n"
              : "user%sitem\nCaf\u00e9%s2\n".formatted(delimiter, delimiter);
      Path latin = directory.resolve(name);
      Files.write(latin, text.getBytes(StandardCharsets.ISO_8859_1));
      assertThatThrownBy(() -> read(latin, "user", "item"))
          .as(name)
          .hasMessageStartingWith(latin + ", line 2: the byte 0xE9 is not UTF-8.");
    }
  }
}

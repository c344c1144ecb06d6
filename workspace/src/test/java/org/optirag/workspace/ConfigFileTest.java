package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
  record Tea(String kind, Pot pot) {}

  record Pot(int cups) {
    Pot {
      if (cups < 1) {
        throw new IllegalArgumentException("cups must be at least 1 but is " + cups);
      }
    }
  }

  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("tea.yaml"), text);
  }

  @Test
  void readsNestedRecords() throws IOException {
    assertThat(ConfigFile.read(file("kind: green\npot:\n  cups: 3\n"), Tea.class))
        .isEqualTo(new Tea("green", new Pot(3)));
  }

  @Test
  void anUnknownFieldIsToldByLineAndName() throws IOException {
    Path file = file("kind: green\npot:\n  cups: 3\n  cupz: 3\n");
    assertThatThrownBy(() -> ConfigFile.read(file, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("tea.yaml, line 4, field pot.cupz")
        .hasMessageContaining("cups");
  }

  @Test
  void aWrongKindOfValueIsToldByField() throws IOException {
    Path file = file("kind: green\npot:\n  cups: many\n");
    assertThatThrownBy(() -> ConfigFile.read(file, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("line 3, field pot.cups");
  }

  @Test
  void aValueOutOfRangeIsToldInTheRecordsOwnWords() throws IOException {
    Path file = file("kind: green\npot:\n  cups: 0\n");
    assertThatThrownBy(() -> ConfigFile.read(file, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("cups must be at least 1 but is 0");
  }

  @Test
  void brokenYamlAndEmptyAndMissingFilesAreUserErrors() throws IOException {
    Path broken = file("kind: [green\n");
    assertThatThrownBy(() -> ConfigFile.read(broken, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("tea.yaml");
    Path empty = file("");
    assertThatThrownBy(() -> ConfigFile.read(empty, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> ConfigFile.read(directory.resolve("none.yaml"), Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("none.yaml");
  }

  private String refused(String text) throws IOException {
    return refused(text.getBytes(StandardCharsets.UTF_8));
  }

  private String refused(byte[] bytes) throws IOException {
    Path file = Files.write(directory.resolve("tea.yaml"), bytes);
    return refused(file, Tea.class);
  }

  private static String refused(Path file, Class<?> type) {
    UserException[] refusal = new UserException[1];
    assertThatThrownBy(() -> ConfigFile.read(file, type))
        .isInstanceOfSatisfying(UserException.class, e -> refusal[0] = e);
    String message = refusal[0].problem() + " " + refusal[0].wayOut();
    assertThat(message)
        .as("none of the parser's own words")
        .doesNotContain("tools.jackson", "java.", "while ", "token", "deserialize", "<block")
        .doesNotContain("Cannot construct", "Input length", "Unrecognized", "mapping values");
    return message.replace(file.toString(), "tea.yaml");
  }

  @Test
  void whatIsNoYamlIsToldByLineAndColumnWithTheWayOut() throws IOException {
    assertThat(refused("kind: green\npot:\n\tcups: 3\n"))
        .startsWith("tea.yaml, line 3, column 1: a tab before a field. Indent by blanks");
    assertThat(refused("kind: green\npot:\n  \tcups: 3\n")).contains("line 3, column 3: a tab");
    assertThat(refused("kind green\npot:\n  cups: 3\n"))
        .startsWith("tea.yaml, line 1, column 1: no colon follows 'kind green'.");
    assertThat(refused("pot:\n  cups: 3\nkind\n"))
        .startsWith("tea.yaml, line 3, column 1: no colon follows 'kind'.");
    assertThat(refused("kind: green\npot:\n  cups: 3\n color: red\n"))
        .startsWith("tea.yaml, line 4, column 2: this line is indented otherwise");
    assertThat(refused("kind: green\n  pot: 3\n"))
        .startsWith("tea.yaml, line 2, column 6: a colon where none can be, after 'pot'.");
    assertThat(refused("kind: green: tea\n"))
        .startsWith("tea.yaml, line 1, column 12: a colon where none can be, after 'kind: green'.");
    assertThat(refused("kind: green\npot: {cups: 3\n"))
        .contains("the { of line 2 is not closed before this. Close it with }");
    assertThat(refused("kind: [green\npot: {cups: 3}\n")).contains("Close it with ]");
    assertThat(refused("kind: \"green\npot: {cups: 3}\n"))
        .startsWith("tea.yaml, line 1, column 7: a quote is opened here and never closed.");
    assertThat(refused("kind: \"a\\qb\"\n")).contains("a backslash within double quotes");
    assertThat(refused("kind: 'green' tea\n"))
        .startsWith("tea.yaml, line 1, column 15: text follows the value that ends after 'kind:");
    assertThat(refused("kind: @green\n"))
        .startsWith("tea.yaml, line 1, column 7: a value cannot begin with '@'.");
    assertThat(refused("kind: `x`\n")).contains("cannot begin with '`'. Put the value in quotes");
    assertThat(refused("kind: *green\n")).contains("line 1, column 7: the alias '*green'");
    assertThat(refused("kind: green\n---\nkind: black\n")).contains("line 2", "second document");
  }

  @Test
  void aFieldThatStandsTwiceIsToldByBothLines() throws IOException {
    assertThat(refused("kind: green\npot: {cups: 3}\nkind: black\n"))
        .startsWith(
            "tea.yaml, line 3, column 1: the field 'kind' stands here again, first in line 1.");
    assertThat(refused("pot:\n  cups: 3\n  cups: 4\n")).contains("line 3, column 3", "line 2");
    assertThat(refused("pot: {cups: 3, cups: 4}\n")).contains("line 1, column 16");
    assertThat(refused("? [a, b]\n: c\n")).contains("line 1", "the name of a field");
  }

  @Test
  void aValueOfAnotherKindIsToldByLineAndColumn() throws IOException {
    assertThat(refused("pot:\n  cups: many\n"))
        .startsWith("tea.yaml, line 2, field pot.cups is 'many', expected a whole number.");
    assertThat(refused("pot:\n  cups: 2.7\n")).contains("is '2.7', expected a whole number");
    assertThat(refused("pot:\n  cups: [2]\n")).contains("is a list, expected a whole number");
    assertThat(refused("pot:\n  cups:\n")).contains("field pot.cups is empty");
    assertThat(refused("kind: [a, b]\n"))
        .startsWith("tea.yaml, line 1, field kind is a list, expected a text.");
    assertThat(refused("kind: {a: b}\n")).contains("is a group of fields, expected a text");
    assertThat(refused("kind: green\npot: blue\n"))
        .startsWith("tea.yaml, line 2, field pot is 'blue', expected fields.");
    assertThat(refused("pot: [1]\n")).contains("field pot is a list, expected fields");
    assertThat(refused("just words\n")).contains("tea.yaml is 'just words', expected fields.");
    assertThat(refused("- kind: green\n")).contains("tea.yaml is a list, expected fields.");
    assertThat(refused("pot: {cups: 3}\nkinds: x\n"))
        .startsWith("tea.yaml, line 2, field kinds is not known. Did you mean 'kind'?");
    assertThat(refused("kind: green\npot: {\n  cups: 3, cupz: 3}\n"))
        .startsWith("tea.yaml, line 3, field pot.cupz is not known.");
  }

  record Shelf(List<Tea> teas, Boolean open, Double width) {}

  @Test
  void elementsOfListsAreToldByTheirOwnLine() throws IOException {
    Path file = file("teas:\n- kind: a\n- kind: b\n  pot: {cups: x}\n");
    assertThat(refused(file, Shelf.class))
        .startsWith("tea.yaml, line 4, field teas.[1].pot.cups is 'x'");
    assertThat(refused(file("open: 2\n"), Shelf.class)).contains("is '2', expected true or false");
    assertThat(refused(file("width: wide\n"), Shelf.class))
        .contains("is 'wide', expected a number");
    assertThat(refused(file("teas: {kind: a}\n"), Shelf.class))
        .contains("is a group of fields, expected a list");
    assertThat(ConfigFile.place(file("open: true\nteas:\n- kind: a\n"), "teas.kind"))
        .endsWith("tea.yaml, line 3, field teas.kind");
  }

  @Test
  void textOfAnotherEncodingIsToldByLine() throws IOException {
    String text = "# tea\nkind: grün\n";
    assertThat(refused(text.getBytes(StandardCharsets.ISO_8859_1)))
        .startsWith("tea.yaml, line 2: the byte 0xFC is not UTF-8.");
    assertThat(refused("kind: “x”\n".getBytes(Charset.forName("windows-1252"))))
        .startsWith("tea.yaml, line 1: the byte 0x93 is not UTF-8.");
    for (String wide : List.of("UTF-16", "UTF-16LE", "UTF-16BE")) {
      assertThat(refused(text.getBytes(Charset.forName(wide))))
          .as(wide)
          .startsWith("tea.yaml, line 1: the file is UTF-16, not UTF-8. Save it as UTF-8")
          .contains("iconv -f UTF-16");
    }
    assertThat(refused("kind: a\n\0\n")).startsWith("tea.yaml, line 2: a byte 0");
    Files.writeString(directory.resolve("tea.yaml"), "\uFEFFkind: green\n");
    assertThat(ConfigFile.read(directory.resolve("tea.yaml"), Tea.class).kind()).isEqualTo("green");
    assertThat(refused(directory, Tea.class)).contains("is a directory. Name the file in it.");
  }

  @Test
  void textsAreReadAsTheyStand() throws IOException {
    for (String word :
        List.of("1.50", "007", "0x1F", "1_000", "yes", "true", "1e3", "2025-01-31")) {
      assertThat(ConfigFile.read(file("kind: " + word + "\n"), Tea.class).kind()).isEqualTo(word);
    }
  }
}

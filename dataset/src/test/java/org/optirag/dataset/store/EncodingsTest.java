package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.workspace.UserException;

class EncodingsTest {
  private static final Charset WINDOWS = Charset.forName("windows-1252");
  private static final String ITEMS = "id,name\nx,Soap\ny,Café – “Zoë”\nz,Tea\n";
  private static final String MAPPING =
      """
      name: t
      interactions: {file: r.csv, user: u, item: i}
      items: {file: i.%s, id: id, title: name%s}
      """;

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary).file("r.csv", "u,i\nu,x\nu,y\nu,z\n");
  }

  @Test
  void theFirstByteThatIsNotUtf8IsToldByItsLineWithTheWayOut() throws IOException {
    files.file("i.csv", ITEMS.getBytes(WINDOWS));
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("csv", "")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.csv, line 3: the byte 0xE9 is not UTF-8.")
        .hasMessageContaining("'encoding: windows-1252'")
        .hasMessageContaining("iconv -f windows-1252 -t UTF-8");
    assertThat(titles(files.mapped(MAPPING.formatted("csv", ", encoding: windows-1252"))))
        .containsExactly("Soap", "Café – “Zoë”", "Tea");
    assertThat(titles(files.mapped(MAPPING.formatted("csv", ", encoding: ISO-8859-1"))))
        .as("what is called Latin-1 is Windows' wherever Latin-1 has no characters")
        .containsExactly("Soap", "Café – “Zoë”", "Tea");
  }

  @Test
  void aBrokenByteFarIntoAFileIsToldByItsLine() throws IOException {
    StringBuilder text = new StringBuilder("id,name\n");
    for (int i = 2; i < 50_000; i++) {
      text.append(i).append(",some title — of a few bytes\n");
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(text.toString().getBytes(StandardCharsets.UTF_8));
    bytes.write("y,".getBytes(StandardCharsets.UTF_8));
    bytes.write(0xE9);
    bytes.write("\nz,last".getBytes(StandardCharsets.UTF_8));
    files.file("i.csv", bytes.toByteArray());
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("csv", "")))
        .hasMessageContaining("i.csv, line 50000: the byte 0xE9");
    ByteArrayOutputStream zipped = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(zipped)) {
      out.write(bytes.toByteArray());
    }
    files.file("i.csv.gz", zipped.toByteArray());
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("csv.gz", "")))
        .hasMessageContaining("i.csv.gz, line 50000: the byte 0xE9");
  }

  @Test
  void aCharacterThatTheFileCutsOffIsNotReplaced() throws IOException {
    byte[] whole = "id,name\nx,Café".getBytes(StandardCharsets.UTF_8);
    files.file("i.csv", java.util.Arrays.copyOf(whole, whole.length - 1));
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("csv", "")))
        .hasMessageContaining("i.csv, line 2: the byte 0xC3 is not UTF-8");
  }

  @ParameterizedTest
  @ValueSource(strings = {"UTF-8", "UTF-16LE", "UTF-16BE"})
  void aByteOrderMarkSaysTheEncoding(String name) throws IOException {
    files.file("i.csv", ("\uFEFF" + ITEMS).getBytes(Charset.forName(name)));
    ImportedDataset imported = files.mapped(MAPPING.formatted("csv", ""));
    assertThat(titles(imported)).containsExactly("Soap", "Café – “Zoë”", "Tea");
    if (!name.equals("UTF-8")) {
      assertThat(imported.manifest().notes())
          .contains("i.csv is " + name + " and was read as such");
    }
  }

  @Test
  void utf16WithoutAMarkIsRefusedWithTheWayOut() throws IOException {
    for (String name : List.of("UTF-16LE", "UTF-16BE")) {
      files.file("i.csv", ITEMS.getBytes(Charset.forName(name)));
      assertThatThrownBy(() -> files.mapped(MAPPING.formatted("csv", "")))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("not UTF-8, but apparently " + name)
          .hasMessageContaining("'encoding: " + name + "'");
      assertThat(titles(files.mapped(MAPPING.formatted("csv", ", encoding: " + name))))
          .containsExactly("Soap", "Café – “Zoë”", "Tea");
    }
  }

  @Test
  void jsonLinesHaveEncodingsToo() throws IOException {
    byte[] lines = "{\"id\": \"x\", \"name\": \"Café\"}\n".getBytes(WINDOWS);
    files.file("i.jsonl", lines);
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("jsonl", "")))
        .hasMessageContaining("i.jsonl, line 1: the byte 0xE9 is not UTF-8");
    assertThat(titles(files.mapped(MAPPING.formatted("jsonl", ", encoding: windows-1252"))))
        .contains("Café");
  }

  @Test
  void aKnownFormInLatin1IsReadInUtf8WhereItIsThat() throws IOException {
    Path other = java.nio.file.Files.createDirectory(temporary.resolve("other"));
    GivenFiles movies = new GivenFiles(other).file("ratings.dat", "1::1::5::100\n");
    movies.file("movies.dat", "1::Café (1995)::Drama\n".getBytes(StandardCharsets.ISO_8859_1));
    assertThat(titles(movies.imported())).containsExactly("Café (1995)");
    movies.file("movies.dat", "1::Café (1995)::Drama\n");
    ImportedDataset utf8 = movies.imported();
    assertThat(titles(utf8)).containsExactly("Café (1995)");
    assertThat(utf8.manifest().notes())
        .contains("movies.dat is UTF-8, not ISO-8859-1, and was read as such");
  }

  @Test
  void utf8ThatIsCalledByAnotherNameIsReadAsWhatItIs() throws IOException {
    files.file("i.csv", "id,name\nx,Müller & Söhne\n");
    for (String called : List.of("windows-1252", "ISO-8859-15", "IBM850")) {
      ImportedDataset read = files.mapped(MAPPING.formatted("csv", ", encoding: " + called));
      assertThat(titles(read)).as(called).contains("Müller & Söhne");
      assertThat(read.manifest().notes())
          .as(called)
          .anyMatch(note -> note.startsWith("i.csv is UTF-8, not "));
    }
  }

  @Test
  void fieldsThatSayNothingOfAFormAreRefused() throws IOException {
    files.file("i.jsonl", "{\"id\": \"x\", \"name\": \"a\"}\n");
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("jsonl", ", delimiter: ';'")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "line 3, field items.delimiter says nothing of a file of the format jsonl");
    files.parquet("i.parquet", "SELECT 'x' AS id, 'a' AS name");
    assertThatThrownBy(() -> files.mapped(MAPPING.formatted("parquet", ", encoding: UTF-8")))
        .hasMessageContaining(
            "line 3, field items.encoding says nothing of a file of the format parquet");
    assertThatThrownBy(
            () -> files.mapped(MAPPING.formatted("csv", ", format: lists, columns: [user, item]")))
        .isInstanceOf(UserException.class);
  }

  private static List<String> titles(ImportedDataset imported) {
    return imported.load().items().titles();
  }
}

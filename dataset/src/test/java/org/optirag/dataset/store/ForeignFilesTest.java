package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.UserException;

/** A file that is not what its name says is told as what it is, by an import and a check alike. */
class ForeignFilesTest {
  private static final String ROWS = "u,i\na,x\nb,y\n";
  private static final byte[] HTML =
      "\n<!DOCTYPE html>\n<html><body>404, not found</body></html>"
          .getBytes(StandardCharsets.UTF_8);

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  private String refused(String name, byte[] content) throws IOException {
    files.file(name, content);
    String mapping = "name: t\ninteractions: {file: " + name + ", user: u, item: i}\n";
    UserException imported = catchThrowableOfType(UserException.class, () -> files.mapped(mapping));
    assertThat(imported).as(name).isNotNull();
    UserException checked =
        catchThrowableOfType(
            UserException.class,
            () -> {
              Source source = files.source(mapping);
              files.checked(source);
            });
    assertThat(checked).as(name).hasMessage(imported.getMessage());
    return (imported.problem() + " " + imported.wayOut())
        .replace(files.directory().resolve(name).toString(), name);
  }

  private static byte[] gzipped(byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(bytes)) {
      out.write(content);
    }
    return bytes.toByteArray();
  }

  private static byte[] zipped(String entry) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream out = new ZipOutputStream(bytes)) {
      out.putNextEntry(new ZipEntry(entry));
      out.write(ROWS.getBytes(StandardCharsets.UTF_8));
    }
    return bytes.toByteArray();
  }

  private byte[] parquet() throws IOException {
    files.parquet("other", "SELECT 'a' AS u, 'x' AS i");
    return Files.readAllBytes(files.directory().resolve("other"));
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  @Test
  void tablesUnderTheNameOfAnotherAre() throws IOException {
    assertThat(refused("r.parquet", text(ROWS)))
        .isEqualTo(
            "r.parquet is text, not Parquet. End its name in .csv or .jsonl, or give its format in"
                + " a mapping, as 'format: csv'.");
    assertThat(refused("r.csv", parquet()))
        .isEqualTo(
            "r.csv is Parquet, not text. End its name in .parquet, or give 'format: parquet' in a"
                + " mapping.");
    assertThat(refused("r.jsonl", parquet())).startsWith("r.jsonl is Parquet, not text.");
    assertThat(refused("r.parquet", new byte[] {1, 0, 2, 0}))
        .startsWith("r.parquet is not Parquet.");
    assertThat(refused("r.csv", text("SQLite format 3\0x")))
        .startsWith("r.csv is ORC, Avro, Arrow");
  }

  @Test
  void whatIsPackedIsToldHowToUnpack() throws IOException {
    byte[] rows = text(ROWS);
    assertThat(refused("r.csv", gzipped(rows)))
        .isEqualTo(
            "r.csv is compressed by gzip, not text. Add .gz to its name, so that it is unpacked in"
                + " reading.");
    assertThat(refused("r.jsonl", gzipped(rows))).startsWith("r.jsonl is compressed by gzip");
    assertThat(refused("r.parquet", gzipped(rows))).startsWith("r.parquet is compressed by gzip");
    assertThat(refused("r.csv", zipped("r.csv")))
        .isEqualTo("r.csv is a zip archive, not text. Unpack it (unzip), and name the file in it.");
    assertThat(refused("r.csv.gz", zipped("r.csv"))).startsWith("r.csv.gz is a zip archive");
    assertThat(refused("r.zip", zipped("r.csv"))).startsWith("r.zip is a zip archive, not CSV");
    assertThat(refused("r.csv.gz", rows))
        .startsWith("r.csv.gz is not compressed by gzip, as its name says. Take .gz from");
    assertThat(refused("r.csv", text("(\u00B5/\u00FDabc")))
        .startsWith("r.csv is compressed by zstd");
    assertThat(refused("r.csv.gz", gzipped(gzipped(rows)))).startsWith("r.csv.gz is compressed");
  }

  @Test
  void workbooksPagesAndDocumentsAreNoTables() throws IOException {
    byte[] workbook = zipped("[Content_Types].xml");
    for (String name : List.of("r.csv", "r.tsv", "r.parquet", "r.xlsx")) {
      assertThat(refused(name, workbook))
          .startsWith(name + " is an Excel workbook, not ")
          .endsWith("Save the sheet as CSV UTF-8, and name that.");
    }
    assertThat(refused("r.xls", text("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1")))
        .startsWith("r.xls is an Excel workbook");
    for (String name : List.of("r.csv", "r.jsonl", "r.parquet", "r.html")) {
      assertThat(refused(name, HTML)).startsWith(name + " is a web page (HTML), not ");
    }
    assertThat(refused("r.csv.gz", gzipped(HTML))).startsWith("r.csv.gz is a web page (HTML)");
    assertThat(refused("r.csv", text("<?xml version='1.0'?><rows/>"))).startsWith("r.csv is XML");
    assertThat(refused("r.csv", text("%PDF-1.7"))).startsWith("r.csv is a PDF");
  }

  @Test
  void emptyFilesAndDirectoriesAreToldAsSuch() throws IOException {
    assertThat(refused("r.csv", new byte[0])).startsWith("r.csv is empty.");
    assertThat(refused("r.parquet", new byte[0])).startsWith("r.parquet is empty.");
    assertThat(refused("r.csv.gz", gzipped(new byte[0])))
        .startsWith("r.csv.gz has no first line that names its columns");
    assertThat(refused("r.csv", text("\n\n"))).startsWith("r.csv has no first line");
    Files.createDirectory(files.directory().resolve("folder.csv"));
    assertThat(
            catchThrowableOfType(
                UserException.class,
                () ->
                    files.source("name: t\ninteractions: {file: folder.csv, user: u, item: i}\n")))
        .hasMessageContaining("folder.csv is a directory");
  }

  @Test
  void ordinaryTextsThatBeginAlikeAreRead() throws IOException {
    for (String first : List.of("PK", "ORC", "BZh", "<b>u", "Obj")) {
      files.file("r.csv", first + ",i\na,x\nb,y\n");
      assertThat(
              files
                  .mapped(
                      "name: t\ninteractions: {file: r.csv, user: \"" + first + "\", item: i}\n")
                  .load()
                  .users()
                  .size())
          .isEqualTo(2);
    }
  }
}

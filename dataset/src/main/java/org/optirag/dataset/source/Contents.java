package org.optirag.dataset.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/** What a file is by its first bytes, whatever its name says. */
public enum Contents {
  /** Text compressed by gzip. */
  GZIP("compressed by gzip", "Add .gz to its name, so that it is unpacked in reading."),
  /** A zip archive. */
  ZIP("a zip archive", "Unpack it (unzip), and name the file in it."),
  /** A workbook, new or old. */
  EXCEL("an Excel workbook", "Save the sheet as CSV UTF-8, and name that."),
  /** Another compression. */
  PACKED("compressed by zstd, bzip2 or xz", "Unpack it, or compress it by gzip."),
  /** Parquet. */
  PARQUET("Parquet", "End its name in .parquet, or give 'format: parquet' in a mapping."),
  /** Another binary table. */
  TABLE("ORC, Avro, Arrow or SQLite", "Write it as CSV, JSON lines or Parquet."),
  /** A document. */
  DOCUMENT("a PDF", "Write its table as CSV."),
  /** A web page. */
  HTML(
      "a web page (HTML)",
      "It may be the message of an error or a login: look into it, and download the file again."),
  /** XML. */
  XML("XML", "Write it as CSV, JSON lines or Parquet.");

  /** As many bytes tell. */
  public static final int LOOKED_AT = 1024;

  private static final List<String> PACKED_MAGIC =
      List.of("(\u00B5/\u00FD", "BZh91AY", "\u00FD7zXZ\0");
  private static final List<String> TABLE_MAGIC =
      List.of("ORC", "Obj\u0001", "ARROW1", "SQLite format 3");

  private final String words;
  private final String wayOut;

  Contents(String words, String wayOut) {
    this.words = words;
    this.wayOut = wayOut;
  }

  /** What begins with these bytes; null for text, and for what is not known. */
  public static @Nullable Contents of(byte[] first) {
    String bytes = new String(first, StandardCharsets.ISO_8859_1);
    if (bytes.startsWith("\u001F\u008B")) {
      return GZIP;
    }
    if (bytes.startsWith("PK\u0003\u0004")) {
      return bytes.contains("[Content_Types].xml") || bytes.contains("xl/") ? EXCEL : ZIP;
    }
    if (bytes.startsWith("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1")) {
      return EXCEL;
    }
    if (bytes.startsWith("PAR1")) {
      return PARQUET;
    }
    if (PACKED_MAGIC.stream().anyMatch(bytes::startsWith)) {
      return PACKED;
    }
    // Letters alone may begin a text.
    if (TABLE_MAGIC.stream().anyMatch(bytes::startsWith) && bytes.indexOf(0) >= 0) {
      return TABLE;
    }
    if (bytes.startsWith("%PDF-")) {
      return DOCUMENT;
    }
    String text =
        bytes.replaceFirst("^\u00EF\u00BB\u00BF", "").stripLeading().toLowerCase(Locale.ROOT);
    if (text.startsWith("<!doctype html") || text.startsWith("<html") || text.startsWith("<head")) {
      return HTML;
    }
    return text.startsWith("<?xml") ? XML : null;
  }

  /** What to say of a file that is this and should be something else. */
  public UserException instead(Object file, String expected) {
    return new UserException(file + " is " + words + ", not " + expected + ".", wayOut);
  }

  /**
   * Refuses what is plainly no text.
   *
   * @param first bytes of the text, unpacked where the name says so
   */
  static void insistOnText(Path file, byte[] first) {
    Contents found = of(first);
    if (found != null) {
      throw found.instead(file, "text");
    }
  }

  /** Refuses a file that its name calls gzip, and is not. */
  static void insistOnGzip(Path file, byte[] first) {
    Contents found = of(first);
    if (found == GZIP || first.length == 0) {
      return;
    }
    if (found != null) {
      throw found.instead(file, "gzip");
    }
    throw new UserException(
        file + " is not compressed by gzip, as its name says.",
        "Take .gz from its name, or download it again.");
  }

  /** Refuses a file that is no Parquet. */
  static void insistOnParquet(Path file) throws IOException {
    byte[] first = first(file);
    Contents found = of(first);
    if (found == PARQUET) {
      return;
    }
    if (found != null) {
      throw found.instead(file, "Parquet");
    }
    boolean text = new String(first, StandardCharsets.ISO_8859_1).indexOf(0) < 0;
    throw new UserException(
        file + (text ? " is text, not Parquet." : " is not Parquet."),
        text
            ? "End its name in .csv or .jsonl, or give its format in a mapping, as 'format: csv'."
            : "Check that this is the right file, or download it again.");
  }

  /** Refuses a file that is none of the forms that are read, where its bytes tell what it is. */
  static void refuseForeign(Path file) {
    try {
      Contents found = of(first(file));
      if (found != null && found != GZIP && found != PARQUET) {
        throw found.instead(file, "CSV, TSV, JSON lines or Parquet");
      }
    } catch (IOException e) {
      // told by who reads it
    }
  }

  private static byte[] first(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.readNBytes(LOOKED_AT);
    }
  }
}

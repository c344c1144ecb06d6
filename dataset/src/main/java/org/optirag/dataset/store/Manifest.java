package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Rules;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What dataset.json says of an imported data set.
 *
 * @param version of the imported form
 * @param name of the data set
 * @param format of its source
 * @param noun what an item is called in prompts
 * @param timed whether times are seconds since 1970
 * @param split whether the source's own split is kept in the column "part"
 * @param rules of the import
 * @param itemFields names of the items' further texts, in the order of their columns
 * @param userFields names of the profile fields, in the order of their columns
 * @param counts what was read and kept
 * @param sources the files read
 * @param notes what stood out in reading, each a sentence for the user; none of imports made before
 *     they were kept
 * @param labels how many interactions are likes, and why; null in imports made before it was kept
 */
public record Manifest(
    int version,
    String name,
    String format,
    String noun,
    boolean timed,
    boolean split,
    Rules rules,
    List<String> itemFields,
    List<String> userFields,
    Counts counts,
    List<SourceFile> sources,
    List<String> notes,
    @Nullable String labels) {

  /** Copies the lists. */
  public Manifest {
    itemFields = List.copyOf(itemFields);
    userFields = List.copyOf(userFields);
    sources = List.copyOf(sources);
    notes = copied(notes);
  }

  private static List<String> copied(@Nullable List<String> notes) {
    return notes == null ? List.of() : List.copyOf(notes);
  }

  /** The version of the imported form that this code writes and reads. */
  public static final int VERSION = 1;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES) // counts that came later
          .build();

  /**
   * What was read and kept.
   *
   * @param rows rows read as interactions
   * @param broken rows of all files left out as broken
   * @param mended rows kept otherwise than they stand
   * @param repeats interactions replaced by a later one of the same user and item
   * @param historyOnly interactions known only from others' histories
   * @param interactions kept
   * @param users kept
   * @param items kept
   * @param untitled items without a title of their own
   * @param requests that rows were shown in; 0 where the source does not tell, and of imports made
   *     before it was asked
   */
  public record Counts(
      long rows,
      long broken,
      long mended,
      long repeats,
      long historyOnly,
      long interactions,
      int users,
      int items,
      int untitled,
      int requests) {}

  /** A file that was read. */
  public record SourceFile(String file, long bytes, String sha256) {}

  /** Writes dataset.json. */
  void write(Path directory) {
    AtomicFiles.writeString(file(directory), text());
  }

  /** The content of dataset.json. */
  public String text() {
    return JSON.writeValueAsString(this) + "\n";
  }

  /**
   * Reads dataset.json.
   *
   * @throws UserException if it is missing, broken, or of another version
   */
  static Manifest read(Path directory) {
    Path file = file(directory);
    try {
      return parse(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw none(directory.toString(), e);
    }
  }

  /**
   * Reads the content of dataset.json.
   *
   * @param file where it lies, for messages
   * @throws UserException if it is broken, or of another version
   */
  public static Manifest parse(String file, String text) {
    try {
      int version = JSON.readTree(text).path("version").asInt(-1);
      if (version != VERSION) {
        throw new UserException(
            file + " is of version " + version + ", expected " + VERSION + ".",
            "Import the data set again with this OptiRAG.");
      }
      return JSON.readValue(text, Manifest.class);
    } catch (JacksonException e) {
      throw none(file, e);
    }
  }

  private static UserException none(String where, Exception e) {
    return new UserException(
        where + " holds no imported data set: " + e.getMessage() + ".",
        "Import it with 'optirag data import'.",
        e);
  }

  static Path file(Path directory) {
    return directory.resolve("dataset.json");
  }
}

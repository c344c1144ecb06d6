package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Part;
import org.optirag.dataset.PublishedSplit;
import org.optirag.dataset.Users;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.UserException;

/**
 * An imported data set on disk. Beside dataset.json it has
 *
 * <ul>
 *   <li>interactions.parquet: user, item (numbers), rating, label, time and, where the source has a
 *       split, part, and where it tells what was shown together, request (a number, or -1); in
 *       order of time;
 *   <li>items.parquet: number, id, title and a column "field NAME" for each further text;
 *   <li>users.parquet: number, id and a column "field NAME" for each profile field;
 *   <li>rejected.tsv: the rows that were left out or mended.
 * </ul>
 *
 * @param directory where it lies
 * @param manifest what dataset.json says
 */
public record ImportedDataset(Path directory, Manifest manifest) {

  /**
   * Opens a directory.
   *
   * @throws UserException if it holds no imported data set, or one of another version
   */
  public static ImportedDataset open(Path directory) {
    return new ImportedDataset(directory, Manifest.read(directory));
  }

  /** Loads everything into memory, 21 or 25 bytes an interaction and its texts. */
  public Dataset load() {
    Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
    try (Duck duck = Duck.inMemory(scratch)) {
      List<String> titles = new ArrayList<>();
      List<String> itemIds = new ArrayList<>();
      List<List<Field>> fields = new ArrayList<>();
      List<String> itemFields = manifest.itemFields();
      duck.query(
          "SELECT * EXCLUDE (number) FROM " + file("items") + " ORDER BY number",
          row -> {
            itemIds.add(row.getString(1));
            titles.add(row.getString(2));
            fields.add(fields(row, 3, itemFields));
          });
      List<String> userIds = new ArrayList<>();
      List<List<Field>> profiles = new ArrayList<>();
      duck.query(
          "SELECT * EXCLUDE (number) FROM " + file("users") + " ORDER BY number",
          row -> {
            userIds.add(row.getString(1));
            profiles.add(fields(row, 2, manifest.userFields()));
          });
      Columns columns = new Columns(duck, manifest, file("interactions"));
      return new Dataset(
          manifest.name(),
          manifest.noun(),
          new Users(new IdIndex(userIds), profiles),
          new Items(new IdIndex(itemIds), titles, fields),
          columns.interactions,
          columns.split,
          manifest.timed());
    }
  }

  /**
   * A digest of its tables, hexadecimal.
   *
   * @throws UserException if a file cannot be read
   */
  public String digest() {
    StringBuilder all = new StringBuilder();
    try (Stream<Path> files = Files.walk(directory)) {
      for (Path file :
          files.filter(file -> file.toString().endsWith(".parquet")).sorted().toList()) {
        all.append(directory.relativize(file))
            .append(' ')
            .append(Checksums.sha256(file))
            .append('\n');
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot read the data set in " + directory + ": " + e.getMessage() + ".",
          "Check its permissions, or import it again.",
          e);
    }
    return Checksums.sha256(all.toString().getBytes(StandardCharsets.UTF_8));
  }

  private String file(String name) {
    Path table = directory.resolve(name + ".parquet");
    // One file, or a folder of files, in their order: what a cluster writes.
    return "read_parquet("
        + Duck.literal(Files.isDirectory(table) ? table.resolve("*.parquet") : table)
        + ")";
  }

  private static List<Field> fields(ResultSet row, int from, List<String> names)
      throws SQLException {
    List<Field> fields = new ArrayList<>(names.size());
    for (int i = 0; i < names.size(); i++) {
      String value = row.getString(from + i);
      if (value != null) {
        fields.add(new Field(names.get(i), value));
      }
    }
    return fields;
  }

  /** The interactions, column by column. */
  private static final class Columns {
    private static final Part[] PARTS = Part.values();

    final Interactions interactions;
    final PublishedSplit split;
    private int n;

    Columns(Duck duck, Manifest manifest, String file) {
      long size = manifest.counts().interactions();
      if (size != duck.number("SELECT count(*) FROM " + file) || size > Integer.MAX_VALUE - 8) {
        throw new UserException(
            file + " has not the " + size + " rows that dataset.json speaks of.",
            "Import the data set again.");
      }
      int[] users = new int[(int) size];
      int[] items = new int[users.length];
      float[] ratings = new float[users.length];
      boolean[] labels = new boolean[users.length];
      long[] times = new long[users.length];
      Part[] parts = new Part[manifest.split() ? users.length : 0];
      int[] requests = manifest.counts().requests() == 0 ? null : new int[users.length];
      duck.query(
          "SELECT * FROM " + file,
          row -> {
            users[n] = row.getInt(1);
            items[n] = row.getInt(2);
            ratings[n] = row.getFloat(3);
            labels[n] = row.getBoolean(4);
            times[n] = row.getLong(5);
            if (manifest.split()) {
              parts[n] = PARTS[row.getByte(6)];
            }
            if (requests != null) {
              requests[n] = row.getInt(manifest.split() ? 7 : 6);
            }
            n++;
          });
      interactions = new Interactions(users, items, ratings, labels, times, requests);
      split = manifest.split() ? PublishedSplit.of(parts) : PublishedSplit.none();
    }
  }
}

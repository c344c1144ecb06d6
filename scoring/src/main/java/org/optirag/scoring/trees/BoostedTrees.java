package org.optirag.scoring.trees;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.UserException;

/**
 * Gradient-boosted decision trees (Friedman, Annals of Statistics 2001) that give the log odds of a
 * like from a candidate's features. The file is the text in which LightGBM keeps its models, so
 * that its own tools read it too; here a reader in Java checks it before anything is computed,
 * since a bundle may come from a stranger. The same file and features give the same bits on every
 * platform.
 *
 * <p>Immutable and safe for use from many threads.
 */
public final class BoostedTrees {
  /** The most that a file may have. */
  static final int MOST_BYTES = 32 << 20;

  private final byte[] file;
  private final int features;
  private final Forest forest;

  private BoostedTrees(byte[] file, String name) {
    if (file.length > MOST_BYTES) {
      throw ModelText.broken(name, "it has more than " + MOST_BYTES + " bytes");
    }
    ModelText text = ModelText.parse(new String(file, StandardCharsets.ISO_8859_1), name);
    this.file = file;
    this.features = text.features();
    this.forest = text.forest();
  }

  /**
   * Reads trees from a file of at most 32 MiB.
   *
   * @throws UserException if the file cannot be read, or is not a model of LightGBM for two classes
   *     with plain numeric splits; names the file and the field
   */
  public static BoostedTrees read(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return new BoostedTrees(in.readNBytes(MOST_BYTES + 1), file.toString());
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + file + ": " + e.getMessage() + ".", "Check that it is there.", e);
    }
  }

  /**
   * Trees from the text that {@link #read} expects in a file.
   *
   * @param text in LightGBM's format
   * @param name what errors call it
   * @throws UserException as {@link #read} does
   */
  public static BoostedTrees parse(String text, String name) {
    return new BoostedTrees(text.getBytes(StandardCharsets.UTF_8), name);
  }

  /**
   * Writes the file that was read, byte for byte.
   *
   * @throws UserException if it cannot be written
   */
  public void write(Path target) {
    AtomicFiles.write(target, out -> out.write(file));
  }

  /** How many features a row has. */
  public int features() {
    return features;
  }

  /** How many trees there are; at least one. */
  public int trees() {
    return forest.trees();
  }

  /**
   * The log odds of a like; finite.
   *
   * @param row [features], not scaled; a NaN is a missing value
   * @throws IllegalArgumentException if the row has another number of features
   */
  public double logit(float[] row) {
    if (row.length != features) {
      throw new IllegalArgumentException(
          "features differ: %d != %d".formatted(row.length, features));
    }
    return forest.sum(row);
  }

  /**
   * Which share each feature has in what the splits gained on the loss; for explaining.
   *
   * @return [features], sums to 1, or all 0 where nothing is split
   */
  public double[] importance() {
    return forest.importance(features);
  }
}

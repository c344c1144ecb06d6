package org.optirag.scoring.bundle;

import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What bundle.json says.
 *
 * @param format {@value #FORMAT}
 * @param version of the bundle's form
 * @param created when it was written
 * @param backbone what it was trained on
 * @param inference what inference needs; null in version 1, which has it in the training's settings
 * @param training how it was trained
 * @param files every other file by its path in the bundle, with slashes
 */
public record BundleManifest(
    String format,
    int version,
    Instant created,
    BackboneId backbone,
    @Nullable Inference inference,
    Training training,
    Map<String, FileEntry> files) {
  /** What the file calls itself. */
  public static final String FORMAT = "optirag-bundle";

  /** Raised when a reader of the old form would misread the new one. */
  public static final int VERSION = 2;

  /** The oldest version that is still read. */
  public static final int OLDEST = 1;

  /** Copies the table. */
  public BundleManifest {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /**
   * How a bundle was trained.
   *
   * @param dataset the data set's name
   * @param method in a line, for instance "LoRA and exit heads"
   * @param seeds by what they were for
   * @param settings what else one needs to repeat it
   */
  public record Training(
      String dataset, String method, Map<String, Long> seeds, Map<String, String> settings) {
    /** Copies the tables. */
    public Training {
      seeds = Collections.unmodifiableMap(new TreeMap<>(seeds));
      settings = Collections.unmodifiableMap(new TreeMap<>(settings));
    }
  }

  /** A file's size and checksum. */
  public record FileEntry(long bytes, String sha256) {}
}

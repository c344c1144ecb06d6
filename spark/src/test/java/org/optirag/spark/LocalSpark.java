package org.optirag.spark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.sql.SparkSession;
import org.jspecify.annotations.Nullable;

/** One session on two threads for all tests of this module. */
public final class LocalSpark {
  private static @Nullable SparkSession session;

  private LocalSpark() {}

  /** The session, started by the first who asks. */
  public static synchronized SparkSession session() {
    SparkSession known = session;
    if (known == null) {
      try {
        Path scratch = Files.createTempDirectory("optirag-spark");
        known =
            SparkSession.builder()
                .master("local[2]")
                .appName("optirag tests")
                .config("spark.ui.enabled", false)
                .config("spark.sql.shuffle.partitions", 3)
                .config("spark.default.parallelism", 3)
                .config("spark.sql.session.timeZone", "UTC")
                // Compiling a plan takes longer than running it on a few rows.
                .config("spark.sql.codegen.wholeStage", false)
                .config("spark.sql.codegen.factoryMode", "NO_CODEGEN")
                .config("spark.sql.adaptive.enabled", false)
                .config("spark.sql.warehouse.dir", scratch.resolve("warehouse").toString())
                .config("spark.local.dir", scratch.toString())
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .getOrCreate();
        session = known;
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    return known;
  }
}

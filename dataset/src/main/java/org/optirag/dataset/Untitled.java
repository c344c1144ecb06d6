package org.optirag.dataset;

import java.nio.charset.StandardCharsets;
import org.optirag.workspace.Checksums;

/**
 * What an item is called that has no title: a code made of its id. Not the id itself: ids given in
 * order tell what came later, and a prompt would read it. Everything that names items (imports,
 * preparation on a cluster, the service) takes it from here, so that a model reads in service what
 * it read in training.
 */
public final class Untitled {
  private static final int DIGITS = 6;

  private Untitled() {}

  /** The first hexadecimal digits of the id's sha256. */
  public static String title(String id) {
    return Checksums.sha256(id.getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
  }

  /**
   * The same as an expression of DuckDB's SQL.
   *
   * @param id an expression that gives the id
   */
  public static String sql(String id) {
    return "substr(sha256(" + id + "), 1, " + DIGITS + ")";
  }
}

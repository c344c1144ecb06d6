package org.optirag.dataset.source;

import java.nio.file.Path;

/** Told of every row that cannot be used as it stands. */
public interface Complaints {

  /**
   * A row that was left out.
   *
   * @param file the file
   * @param line its first line, from 1 (for Parquet the row)
   * @param reason why, for instance "3 fields, expected 4"
   * @param text the row, or as much of it as is known
   */
  void broken(Path file, long line, String reason, String text);

  /** A row that was kept, but differently from how it stands; does not count as broken. */
  void mended(Path file, long line, String reason, String text);

  /** Something of a file as a whole that the user should know, in a sentence. */
  void noted(String sentence);
}

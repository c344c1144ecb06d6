package org.optirag.dataset;

/**
 * The split that came with a data set: one {@link Part} for each row of its interactions, or none.
 * Immutable.
 */
public final class PublishedSplit {
  private static final PublishedSplit NONE = new PublishedSplit(new Part[0]);

  private final Part[] parts;

  private PublishedSplit(Part[] parts) {
    this.parts = parts;
  }

  /** For data without a split of its own. */
  public static PublishedSplit none() {
    return NONE;
  }

  /** One part a row; copied. */
  public static PublishedSplit of(Part[] parts) {
    return new PublishedSplit(parts.clone());
  }

  /** Whether there is a split. */
  public boolean present() {
    return parts.length > 0;
  }

  /** How many rows it speaks of. */
  public int size() {
    return parts.length;
  }

  /** The part of an interaction of the data set. */
  public Part of(int row) {
    return parts[row];
  }
}

package org.optirag.backbone;

/**
 * The sizes of a {@link SequenceModel}.
 *
 * @param text width of the vectors of the items' texts; 0 for none
 * @param items how many items have a vector of their own, learned beside their text's
 * @param width of the residual stream and of item vectors
 * @param blocks of attention and gated unit
 * @param heads of the attention; they divide the width
 * @param length the longest history that is read
 */
public record SequenceShape(int text, int items, int width, int blocks, int heads, int length) {
  private static final int WIDEST = 1 << 14;

  /** The longest history of {@link #usual}. */
  public static final int LENGTH = 50;

  /** Two blocks of 128 with two heads over the latest 50 items: what two cores learn in minutes. */
  public static SequenceShape usual(int text, int items) {
    return new SequenceShape(text, items, 128, 2, 2, LENGTH);
  }

  /**
   * @throws IllegalArgumentException if a size is none, is beyond reason, or heads do not divide
   *     the width
   */
  public SequenceShape {
    if (text < 0
        || items < 0
        || text + items == 0
        || width < 1
        || width > WIDEST
        || text > WIDEST
        || length > WIDEST
        || blocks < 0
        || heads < 1
        || width % heads != 0
        || length < 1) {
      throw new IllegalArgumentException(
          "text %d, items %d, width %d, blocks %d, heads %d, length %d"
              .formatted(text, items, width, blocks, heads, length));
    }
  }

  /** How many numbers a model of this shape has. */
  long numbers() {
    long wide = width;
    long block = 2 * wide + 4 * wide * wide + 3 * wide * inner();
    long vectors = text + (long) items + length + 1 + 2 + 1 + 1 + 1; // of items, places, marks…
    return (vectors + wide) * wide + blocks * block + 3;
  }

  /** Width of the gated unit: 8/3 of the model's, a multiple of 8. */
  int inner() {
    return (8 * width / 3 + 7) / 8 * 8;
  }
}

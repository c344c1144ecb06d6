package org.optirag.backbone;

/**
 * What one user did, for a {@link SequenceTraining} to learn from.
 *
 * @param items their numbers, oldest first
 * @param liked whether, for each of them; what was liked is to be foretold from what came before
 * @param read how many of the items had come when a candidate was judged, for each, ascending
 * @param candidates the numbers of items that were judged
 * @param labels how they were judged
 */
public record LabelledSequence(
    int[] items, boolean[] liked, int[] read, int[] candidates, boolean[] labels) {

  /**
   * @throws IllegalArgumentException if lengths differ, or more is read than there is
   */
  public LabelledSequence {
    if (items.length != liked.length
        || read.length != candidates.length
        || read.length != labels.length) {
      throw new IllegalArgumentException("lengths differ");
    }
    for (int i = 0; i < read.length; i++) {
      if (read[i] < (i == 0 ? 0 : read[i - 1]) || read[i] > items.length) {
        throw new IllegalArgumentException(
            "a candidate after %d of %d items".formatted(read[i], items.length));
      }
    }
  }
}

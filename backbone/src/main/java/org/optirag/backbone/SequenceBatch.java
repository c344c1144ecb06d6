package org.optirag.backbone;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * Sequences side by side, filled up to the longest, with every item once: all other numbers are
 * places among {@link #items}. Rows are those of the states, of which each sequence has one more
 * than {@link #length}: row n of a sequence has read n items.
 */
final class SequenceBatch {
  private final List<LabelledSequence> sequences;
  private final int length;
  private final Map<Integer, Integer> places = new HashMap<>();
  private final int[] tokens;
  private final int[] liked;
  private final IntStream.Builder nextRows = IntStream.builder();
  private final IntStream.Builder nextItems = IntStream.builder();
  private final IntStream.Builder candidateRows = IntStream.builder();
  private final IntStream.Builder candidates = IntStream.builder();
  private final int[] negatives;
  private final int[] ofNextRows;
  private final int[] ofNextItems;
  private final int[] ofCandidateRows;
  private final int[] ofCandidates;
  private final float[] labels;

  /**
   * @param draw gives the numbers of items that are compared with
   */
  SequenceBatch(List<LabelledSequence> sequences, Supplier<int[]> draw) {
    this.sequences = sequences;
    this.length = sequences.stream().mapToInt(s -> s.items().length).reduce(1, Math::max);
    this.tokens = new int[sequences.size() * length];
    this.liked = new int[tokens.length];
    this.labels = new float[sequences.stream().mapToInt(s -> s.candidates().length).sum()];
    int judged = 0;
    for (int s = 0; s < sequences.size(); s++) {
      LabelledSequence sequence = sequences.get(s);
      int first = s * (length + 1);
      for (int i = 0; i < length; i++) {
        boolean there = i < sequence.items().length;
        // What fills up is read by no state that anything is asked of.
        int place = there ? place(sequence.items()[i]) : 0;
        tokens[s * length + i] = place;
        if (there && sequence.liked()[i]) {
          liked[s * length + i] = 1;
          nextRows.add(first + i);
          nextItems.add(place);
        }
      }
      for (int c = 0; c < sequence.candidates().length; c++) {
        candidateRows.add(first + sequence.read()[c]);
        candidates.add(place(sequence.candidates()[c]));
        labels[judged++] = sequence.labels()[c] ? 1 : 0;
      }
    }
    this.negatives = Arrays.stream(draw.get()).map(this::place).toArray();
    this.ofNextRows = nextRows.build().toArray();
    this.ofNextItems = nextItems.build().toArray();
    this.ofCandidateRows = candidateRows.build().toArray();
    this.ofCandidates = candidates.build().toArray();
  }

  private int place(int item) {
    return places.computeIfAbsent(item, i -> places.size());
  }

  int sequences() {
    return sequences.size();
  }

  /** Tokens of the longest, at least 1. */
  int length() {
    return length;
  }

  /** The numbers of all items, each once. */
  int[] items() {
    int[] items = new int[places.size()];
    places.forEach((item, place) -> items[place] = item);
    return items;
  }

  /** [sequences, length]. */
  int[] tokens() {
    return tokens;
  }

  /** [sequences, length], 1 or 0. */
  int[] liked() {
    return liked;
  }

  /** Rows from which liked items are foretold. */
  int[] nextRows() {
    return ofNextRows;
  }

  /** The items that came. */
  int[] nextItems() {
    return ofNextItems;
  }

  /** Rows from which candidates were judged. */
  int[] candidateRows() {
    return ofCandidateRows;
  }

  /** The items judged. */
  int[] candidates() {
    return ofCandidates;
  }

  /** How, 1 or 0. */
  float[] labels() {
    return labels;
  }

  /** The items that liked ones are compared with. */
  int[] negatives() {
    return negatives;
  }
}

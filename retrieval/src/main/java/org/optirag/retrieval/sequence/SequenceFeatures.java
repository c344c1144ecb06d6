package org.optirag.retrieval.sequence;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.optirag.backbone.SequenceReader;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.retrieval.text.TextVectors;

/**
 * What {@link SequenceFile models of sequences} say of candidates, from the latest behaviours of
 * the user: how likely each comes next, and the log odds that he would like it.
 *
 * <p>A model has seen the training part up to a moment and says nothing of what lies before it:
 * trees that learned from what a model says of its own examples would trust it too much. Of several
 * models the one speaks that has seen most and not the asked moment; where all have seen it, the
 * figures are NaN. Items and users that came later are read as all others, an item by its text
 * alone.
 */
public final class SequenceFeatures implements FeatureGroup, AutoCloseable {
  /** The names of the figures. */
  public static final List<String> NAMES = List.of("sequence_next", "sequence_like");

  private final List<HistoryReader> readers; // who has seen most first
  private final boolean judged;
  private final ReadWriteLock reading = new ReentrantReadWriteLock();
  private boolean closed; // guarded by the lock

  /**
   * @param files the models; their readers are closed with this
   * @param texts what they read of items
   * @param imported tells the ids of items
   */
  public SequenceFeatures(List<SequenceFile> files, TextVectors texts, Items imported) {
    this.readers =
        files.stream()
            .sorted(Comparator.comparingLong(SequenceFile::from).reversed())
            .map(file -> new HistoryReader(file, texts, imported))
            .toList();
    // A figure that only some of them know would mean one thing here and another there.
    this.judged = readers.stream().allMatch(HistoryReader::judged);
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public float[][] of(
      VisibleHistory visible, ItemTexts words, int user, int[] candidates, long time) {
    float[][] figures = new float[candidates.length][NAMES.size()];
    for (float[] row : figures) {
      Arrays.fill(row, Float.NaN);
    }
    reading.readLock().lock();
    try {
      // Closed while a snapshot is being prepared for whoever comes next: nobody reads this.
      if (!closed) {
        readers.stream()
            .filter(reader -> time >= reader.from())
            .findFirst()
            .ifPresent(reader -> read(reader, visible, words, user, candidates, time, figures));
      }
    } finally {
      reading.readLock().unlock();
    }
    return figures;
  }

  private void read(
      HistoryReader reader,
      VisibleHistory visible,
      ItemTexts words,
      int user,
      int[] candidates,
      long time,
      float[][] figures) {
    SequenceReader.Reading said = reader.read(visible.history(user, time, reader.length()), words);
    for (int c = 0; c < candidates.length; c++) {
      float[] vector = reader.vector(words, candidates[c]);
      figures[c][0] = said.next(vector);
      figures[c][1] = judged ? said.like(vector) : Float.NaN;
    }
  }

  /** About how many bytes of readings are kept. */
  long kept() {
    return readers.stream().mapToLong(HistoryReader::kept).sum();
  }

  @Override
  public void close() {
    reading.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        readers.forEach(HistoryReader::close);
      }
    } finally {
      reading.writeLock().unlock();
    }
  }
}

package org.optirag.retrieval.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.optirag.backbone.SequenceReader;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.BoundedCache;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.retrieval.text.TextVector;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.retrieval.text.WholeText;

/**
 * What a {@link SequenceFile model of sequences} says of candidates, from the latest behaviours of
 * the user: how likely each comes next, and the log odds that he would like it.
 *
 * <p>The model has seen the training part up to a moment. Before that moment the figures are NaN:
 * trees that learned from what the model says of its own examples would trust it too much. Items
 * and users that came later are read as all others, an item by its text alone.
 */
public final class SequenceFeatures implements FeatureGroup, AutoCloseable {
  /** The names of the figures. */
  public static final List<String> NAMES = List.of("sequence_next", "sequence_like");

  /** Some thirty thousand histories. */
  private static final long MOST_BYTES = 64L << 20;

  private final SequenceReader reader;
  private final TextVectors texts;
  private final Map<String, Integer> rows;
  private final Items imported;
  private final long from;
  private final boolean judged;
  private final Map<Integer, Known> known = new ConcurrentHashMap<>();
  private final BoundedCache<History, SequenceReader.Reading> readings =
      new BoundedCache<>(MOST_BYTES, History::bytes);
  private final ReadWriteLock reading = new ReentrantReadWriteLock();
  private boolean closed; // guarded by the lock

  /** An item's vector, and the text it was made of: a service may hear another. */
  private record Known(String text, float[] vector) {}

  /**
   * What was read. Vectors are the same when they are the same array: an item whose text has
   * changed has another.
   */
  private record History(List<float[]> vectors, BitSet liked) {
    /** With references, entry and what was read of it. */
    long bytes(SequenceReader.Reading made) {
      return 200 + 4L * vectors.size() + 4L * (made.next().length + made.like().length);
    }
  }

  /**
   * @param file the model; its reader is closed with this
   * @param texts what it reads of items
   * @param imported tells the ids of items
   */
  public SequenceFeatures(SequenceFile file, TextVectors texts, Items imported) {
    this.reader = file.reader();
    this.texts = texts;
    this.imported = imported;
    this.from = file.from();
    this.judged = file.judged();
    this.rows = new HashMap<>();
    for (String id : file.items()) {
      rows.put(id, rows.size());
    }
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
      if (time >= from && !closed) {
        read(visible, words, user, candidates, time, figures);
      }
    } finally {
      reading.readLock().unlock();
    }
    return figures;
  }

  private void read(
      VisibleHistory visible,
      ItemTexts words,
      int user,
      int[] candidates,
      long time,
      float[][] figures) {
    List<Behaviour> history = visible.history(user, time, reader.shape().length());
    List<float[]> vectors = new ArrayList<>();
    BitSet liked = new BitSet();
    for (Behaviour behaviour : history) {
      liked.set(vectors.size(), behaviour.liked());
      vectors.add(vector(words, behaviour.item()));
    }
    SequenceReader.Reading said = readings.get(new History(vectors, liked), this::read);
    for (int c = 0; c < candidates.length; c++) {
      float[] vector = vector(words, candidates[c]);
      figures[c][0] = said.next(vector);
      figures[c][1] = judged ? said.like(vector) : Float.NaN;
    }
  }

  private SequenceReader.Reading read(History history) {
    boolean[] liked = new boolean[history.vectors.size()];
    for (int i = 0; i < liked.length; i++) {
      liked[i] = history.liked.get(i);
    }
    return reader.read(history.vectors.toArray(float[][]::new), liked);
  }

  /** About how many bytes of readings are kept. */
  long kept() {
    return readings.size();
  }

  private float[] vector(ItemTexts words, int item) {
    String text = WholeText.of(words, item);
    Known before = known.get(item);
    if (before != null && before.text.equals(text)) {
      return before.vector;
    }
    boolean old = item < imported.size();
    int row = old ? rows.getOrDefault(imported.ids().id(item), -1) : -1;
    float[] made = reader.item(dense(texts.of(text)), row);
    if (old) { // numbers that only a request knows are used again for others
      known.put(item, new Known(text, made));
    }
    return made;
  }

  /** The numbers of a vector that is dense. */
  static float[] dense(TextVector vector) {
    if (vector instanceof TextVector.Dense(float[] values)) {
      return values;
    }
    throw new IllegalArgumentException("sequences are read with dense vectors of texts");
  }

  @Override
  public void close() {
    reading.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        reader.close();
      }
    } finally {
      reading.writeLock().unlock();
    }
  }
}

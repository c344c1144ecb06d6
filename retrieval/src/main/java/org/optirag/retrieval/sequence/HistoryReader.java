package org.optirag.retrieval.sequence;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.optirag.backbone.SequenceReader;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Items;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.BoundedCache;
import org.optirag.retrieval.text.TextVector;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.retrieval.text.WholeText;

/**
 * Reads histories with one model of sequences. Vectors of items and what was read last are kept.
 * Safe for use from many threads; close it when nobody reads.
 */
final class HistoryReader implements AutoCloseable {
  /** Some thirty thousand histories. */
  private static final long MOST_BYTES = 64L << 20;

  private final SequenceReader reader;
  private final TextVectors texts;
  private final Map<String, Integer> rows = new HashMap<>();
  private final Items imported;
  private final long from;
  private final boolean judged;
  private final Map<Integer, Known> known = new ConcurrentHashMap<>();
  private final BoundedCache<History, SequenceReader.Reading> readings =
      new BoundedCache<>(MOST_BYTES, History::bytes);

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
  HistoryReader(SequenceFile file, TextVectors texts, Items imported) {
    this.reader = file.reader();
    this.texts = texts;
    this.imported = imported;
    this.from = file.from();
    this.judged = file.judged();
    for (String id : file.items()) {
      rows.put(id, rows.size());
    }
  }

  /** The first moment that the model has not learned from. */
  long from() {
    return from;
  }

  /** Whether the model has learned what is liked. */
  boolean judged() {
    return judged;
  }

  /** The longest history that is read. */
  int length() {
    return reader.shape().length();
  }

  /**
   * What a history says of candidates.
   *
   * @param history oldest first, no longer than {@link #length}
   */
  SequenceReader.Reading read(List<Behaviour> history, ItemTexts words) {
    List<float[]> vectors = new ArrayList<>();
    BitSet liked = new BitSet();
    for (Behaviour behaviour : history) {
      liked.set(vectors.size(), behaviour.liked());
      vectors.add(vector(words, behaviour.item()));
    }
    return readings.get(new History(vectors, liked), this::read);
  }

  private SequenceReader.Reading read(History history) {
    boolean[] liked = new boolean[history.vectors.size()];
    for (int i = 0; i < liked.length; i++) {
      liked[i] = history.liked.get(i);
    }
    return reader.read(history.vectors.toArray(float[][]::new), liked);
  }

  /** The vector of an item, [width]. */
  float[] vector(ItemTexts words, int item) {
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

  /** About how many bytes of readings are kept. */
  long kept() {
    return readings.size();
  }

  @Override
  public void close() {
    reader.close();
  }
}

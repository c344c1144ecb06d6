package org.optirag.retrieval.text;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.optirag.dataset.Items;
import org.optirag.retrieval.BoundedCache;

/**
 * Counted terms, rare ones weighing more (Salton and Buckley 1988): (1 + log n) (1 + log((1 + N) /
 * (1 + d))) for a term that occurs n times in the text and in d of the N items' texts, all divided
 * by the vector's length. Terms that no imported item has are not counted. As scikit-learn's {@code
 * TfidfVectorizer(sublinear_tf=True)}.
 */
public final class TfIdf implements TextVectors {
  private static final long CACHED_BYTES = 128L << 20;

  private final String name;
  private final Terms terms;
  private final Map<String, Integer> ids;
  private final float[] rarity;
  private final BoundedCache<String, TextVector> made =
      new BoundedCache<>(CACHED_BYTES, (text, vector) -> 2L * text.length() + vector.bytes());

  private TfIdf(String name, Terms terms, Map<String, Integer> ids, float[] rarity) {
    this.name = name;
    this.terms = terms;
    this.ids = ids;
    this.rarity = rarity;
  }

  /** "tfidf": words of at least two letters or digits. */
  public static TfIdf words(Items items) {
    return of("tfidf", Terms.WORDS, 1, WholeText.all(items));
  }

  /**
   * "chars": three to five characters within words. Those that a single item has are left out: they
   * are most of them and make no two items alike.
   */
  public static TfIdf characters(Items items) {
    return of("chars", Terms.CHARACTERS, 2, WholeText.all(items));
  }

  /**
   * @param fewest texts that a term must occur in
   */
  static TfIdf of(String name, Terms terms, int fewest, Iterable<String> texts) {
    Map<String, int[]> documents = new HashMap<>(); // per term, in how many texts and which last
    int read = 0;
    for (String text : texts) {
      int number = ++read;
      terms.each(
          text,
          term -> {
            int[] seen = documents.computeIfAbsent(term, t -> new int[2]);
            if (seen[1] != number) {
              seen[0]++;
              seen[1] = number;
            }
          });
    }
    documents.values().removeIf(seen -> seen[0] < fewest);
    Map<String, Integer> ids = HashMap.newHashMap(documents.size());
    float[] rarity = new float[documents.size()];
    for (Map.Entry<String, int[]> term : documents.entrySet()) {
      rarity[ids.size()] = (float) (1 + Math.log((1.0 + read) / (1 + term.getValue()[0])));
      ids.put(term.getKey(), ids.size());
    }
    return new TfIdf(name, terms, ids, rarity);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public TextVector of(String text) {
    return made.get(text, this::make);
  }

  private TextVector make(String text) {
    SortedMap<Integer, int[]> counts = new TreeMap<>();
    terms.each(
        text,
        term -> {
          Integer id = ids.get(term);
          if (id != null) {
            counts.computeIfAbsent(id, i -> new int[1])[0]++;
          }
        });
    int[] sorted = new int[counts.size()];
    double[] weights = new double[counts.size()];
    double square = 0;
    int size = 0;
    for (Map.Entry<Integer, int[]> term : counts.entrySet()) {
      sorted[size] = term.getKey();
      weights[size] = (1 + Math.log(term.getValue()[0])) * rarity[term.getKey()];
      square += weights[size] * weights[size];
      size++;
    }
    float[] unit = new float[sorted.length];
    for (int i = 0; i < unit.length; i++) {
      unit[i] = (float) (weights[i] / Math.sqrt(square));
    }
    return new TextVector.Sparse(sorted, unit);
  }
}

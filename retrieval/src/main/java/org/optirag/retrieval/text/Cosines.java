package org.optirag.retrieval.text;

import java.util.Arrays;

/** The cosines of one text after another with the same few texts. One thread's. */
interface Cosines {
  /** Writes the cosine with each of the texts. */
  void with(TextVector candidate, double[] cosines);

  /** With texts that are gathered once. */
  static Cosines of(TextVector[] texts) {
    int terms = 0;
    for (TextVector text : texts) {
      if (!(text instanceof TextVector.Sparse sparse)) {
        return plain(texts);
      }
      terms += sparse.ids().length;
    }
    return new Postings(texts, terms);
  }

  /** Pair by pair. */
  static Cosines plain(TextVector[] texts) {
    return (candidate, cosines) -> {
      for (int i = 0; i < texts.length; i++) {
        cosines[i] = candidate.cosine(texts[i]);
      }
    };
  }

  /** For each term, the texts that have it: a candidate looks at these alone. */
  final class Postings implements Cosines {
    private final int[] keys; // id + 1, 0 where free; linear probing
    private final int[] first; // the latest posting of the key
    private final int[] next; // the posting before, or -1
    private final int[] text;
    private final float[] weight;

    private Postings(TextVector[] texts, int terms) {
      int capacity = Integer.highestOneBit(Math.max(1, terms)) << 2;
      keys = new int[capacity];
      first = new int[capacity];
      next = new int[terms];
      text = new int[terms];
      weight = new float[terms];
      int posting = 0;
      for (int t = 0; t < texts.length; t++) {
        TextVector.Sparse vector = (TextVector.Sparse) texts[t];
        for (int i = 0; i < vector.ids().length; i++) {
          int place = place(vector.ids()[i]);
          next[posting] = keys[place] == 0 ? -1 : first[place];
          keys[place] = vector.ids()[i] + 1;
          first[place] = posting;
          text[posting] = t;
          weight[posting++] = vector.weights()[i];
        }
      }
    }

    private int place(int id) {
      int place = (id * 0x9E3779B9 >>> 7) & (keys.length - 1);
      while (keys[place] != 0 && keys[place] != id + 1) {
        place = (place + 1) & (keys.length - 1);
      }
      return place;
    }

    @Override
    public void with(TextVector candidate, double[] cosines) {
      if (!(candidate instanceof TextVector.Sparse sparse)) {
        throw new IllegalArgumentException("a vector of another kind");
      }
      Arrays.fill(cosines, 0);
      for (int i = 0; i < sparse.ids().length; i++) {
        int place = place(sparse.ids()[i]);
        if (keys[place] != 0) {
          for (int p = first[place]; p >= 0; p = next[p]) {
            cosines[text[p]] += sparse.weights()[i] * weight[p];
          }
        }
      }
    }
  }
}

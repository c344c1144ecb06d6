package org.optirag.scoring;

import java.util.Arrays;

/** A growing list of token ids. */
final class Tokens {
  private int[] ids = new int[256];
  private int size;

  void add(int[] more) {
    if (size + more.length > ids.length) {
      ids = Arrays.copyOf(ids, 2 * (size + more.length));
    }
    System.arraycopy(more, 0, ids, size, more.length);
    size += more.length;
  }

  void addFirst(int[] more) {
    int[] rest = toArray();
    size = 0;
    add(more);
    add(rest);
  }

  boolean startWith(int[] first) {
    return size >= first.length && Arrays.equals(ids, 0, first.length, first, 0, first.length);
  }

  int size() {
    return size;
  }

  int[] toArray() {
    return Arrays.copyOf(ids, size);
  }
}

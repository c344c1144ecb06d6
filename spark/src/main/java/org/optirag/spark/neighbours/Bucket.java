package org.optirag.spark.neighbours;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.optirag.retrieval.Embeddings;

/**
 * Users that projections brought together, those who ask and those who can be found. One that is
 * much too large is split by further projections, so that no task is left with the product of all.
 */
final class Bucket {
  /** From this many that can be found on a bucket is split. */
  static final int MOST = 4_000;

  private static final int DEEPEST = 24;

  /** A user with its direction. */
  record Member(int user, boolean found, boolean asks, float[] unit)
      implements java.io.Serializable {}

  /** Receives what one user's question found. */
  interface Answer {
    void give(int user, TopList list);
  }

  private Bucket() {}

  static void answer(List<Member> members, int most, long seed, Answer answer) {
    split(members, most, seed, 0, answer);
  }

  private static void split(List<Member> members, int most, long seed, int depth, Answer answer) {
    long found = members.stream().filter(Member::found).count();
    if (found <= MOST || depth == DEEPEST) {
      products(members, most, answer);
      return;
    }
    SplittableRandom random = new SplittableRandom(seed * 31 + depth);
    float[] plane = new float[members.getFirst().unit().length];
    for (int d = 0; d < plane.length; d++) {
      plane[d] = (float) random.nextGaussian();
    }
    double[] sides = members.stream().mapToDouble(m -> Embeddings.dot(plane, m.unit())).toArray();
    double[] sorted = sides.clone();
    java.util.Arrays.sort(sorted);
    double middle = sorted[sorted.length / 2];
    List<Member> below = new ArrayList<>();
    List<Member> above = new ArrayList<>();
    for (int m = 0; m < sides.length; m++) {
      (sides[m] < middle ? below : above).add(members.get(m));
    }
    split(below, most, 2 * seed + 1, depth + 1, answer);
    split(above, most, 2 * seed + 2, depth + 1, answer);
  }

  static void products(List<Member> members, int most, Answer answer) {
    List<Member> bases = members.stream().filter(Member::found).toList();
    for (Member asking : members) {
      if (asking.asks()) {
        TopList list = new TopList(most);
        for (Member base : bases) {
          if (base.user() != asking.user()) {
            list.offer(base.user(), Embeddings.dot(asking.unit(), base.unit()));
          }
        }
        if (list.size() > 0) {
          answer.give(asking.user(), list);
        }
      }
    }
  }
}

package org.optirag.retrieval;

import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * How well the inner products of embeddings rank all items for a user, those of the graph left out:
 * means over the users who have held-out items.
 *
 * @param recall share of the held-out items among the first k
 * @param ndcg discounted gain of the first k, of the best possible
 * @param users how many users it was measured on
 */
public record RankingMetrics(double recall, double ndcg, int users) {

  /**
   * Ranks all items for every user.
   *
   * @param known pairs that are left out of the ranking
   * @param heldOut pairs to be found
   * @param k how many items count, for instance 20
   */
  public static RankingMetrics of(LightGcn model, Graph known, Graph heldOut, int k) {
    return of(model, known, heldOut, k, Integer.MAX_VALUE);
  }

  /**
   * The same for some of the users who have held-out items, evenly spread over their numbers.
   *
   * @param most users, at least 1
   */
  static RankingMetrics of(LightGcn model, Graph known, Graph heldOut, int k, int most) {
    int[] all =
        IntStream.range(0, heldOut.users())
            .filter(user -> heldOut.degreeOfUser(user) > 0)
            .toArray();
    int asked = Math.min(most, all.length);
    double[][] each =
        IntStream.range(0, asked)
            .parallel()
            .map(n -> all[(int) ((long) n * all.length / asked)])
            .mapToObj(user -> ofUser(model, known, heldOut, user, k))
            .toArray(double[][]::new);
    double recall = 0;
    double ndcg = 0;
    for (double[] one : each) {
      recall += one[0];
      ndcg += one[1];
    }
    return new RankingMetrics(recall / each.length, ndcg / each.length, each.length);
  }

  private record Ranked(int item, float score) {}

  private static double[] ofUser(LightGcn model, Graph known, Graph heldOut, int user, int k) {
    float[] embedding = model.users().row(user);
    // The worst of the best stands first.
    PriorityQueue<Ranked> best =
        new PriorityQueue<>(k + 1, (a, b) -> Float.compare(a.score, b.score));
    for (int item = 0; item < model.items().rows(); item++) {
      float score = model.items().dot(item, embedding);
      if ((best.size() < k || score > best.element().score) && !known.has(user, item)) {
        best.add(new Ranked(item, score));
        if (best.size() > k) {
          best.remove();
        }
      }
    }
    int hits = 0;
    double gain = 0;
    for (int rank = best.size(); rank >= 1; rank--) {
      if (heldOut.has(user, best.remove().item)) {
        hits++;
        gain += discount(rank);
      }
    }
    int wanted = heldOut.degreeOfUser(user);
    double ideal = 0;
    for (int rank = 1; rank <= Math.min(k, wanted); rank++) {
      ideal += discount(rank);
    }
    return new double[] {(double) hits / wanted, gain / ideal};
  }

  private static double discount(int rank) {
    return Math.log(2) / Math.log(rank + 1.0);
  }
}

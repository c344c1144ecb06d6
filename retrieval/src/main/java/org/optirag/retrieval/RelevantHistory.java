package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Chooses from a user's history what the context tells and what is most like each candidate, by any
 * likeness of items.
 *
 * @param most how many behaviours the shared context may hold
 * @param perCandidate how many each candidate may bring besides
 * @param shared which the shared context holds
 */
record RelevantHistory(int most, int perCandidate, SharedHistory shared) {
  /** How much of a long history is looked at: the latest. */
  static final int SEARCHED = 1_000;

  /**
   * The likeness of candidates to behaviours.
   *
   * @param candidates the items compared
   * @param values [candidates][behaviours], greater is more alike; 0 or less is not alike
   */
  record Likeness(int[] candidates, double[][] values) {}

  /** The latest behaviours, or those most like any of the candidates, oldest first. */
  List<Behaviour> ofContext(List<Behaviour> history, Likeness likeness) {
    if (shared == SharedHistory.LATEST) {
      return history.subList(Math.max(0, history.size() - most), history.size());
    }
    return best(
        history,
        most,
        i -> {
          double best = Double.NEGATIVE_INFINITY;
          for (double[] candidate : likeness.values) {
            best = Math.max(best, candidate[i]);
          }
          return best;
        });
  }

  /**
   * The behaviours most like one candidate, if at all, oldest first. What the user did with the
   * very item is left out: nothing is more like it, and it would be told as similar to itself.
   *
   * @param candidate its place among those compared
   */
  List<Behaviour> relevant(List<Behaviour> history, Likeness likeness, int candidate) {
    int item = likeness.candidates[candidate];
    double[] values = likeness.values[candidate];
    List<Behaviour> alike = new ArrayList<>();
    List<Double> kept = new ArrayList<>();
    for (int i = 0; i < history.size(); i++) {
      if (values[i] > 0 && history.get(i).item() != item) {
        alike.add(history.get(i));
        kept.add(values[i]);
      }
    }
    return best(alike, perCandidate, kept::get);
  }

  private static List<Behaviour> best(
      List<Behaviour> history, int most, IntToDoubleFunction value) {
    return IntStream.range(0, history.size())
        .boxed()
        .sorted(
            Comparator.comparingDouble((Integer i) -> value.applyAsDouble(i))
                .reversed()
                .thenComparing(Comparator.<Integer>naturalOrder().reversed()))
        .limit(most)
        .sorted()
        .map(history::get)
        .toList();
  }
}

package org.optirag.dataset;

import java.util.ArrayList;
import java.util.List;

/**
 * A data set in figures.
 *
 * @param name of the data set
 * @param users how many users
 * @param items how many items
 * @param interactions how many rows
 * @param density interactions / (users · items)
 * @param labelRate share of rows with label 1
 * @param rated share of rows with a rating
 * @param titled share of items with a title of their own, see {@link Untitled}
 * @param histories users by the number of their interactions, in classes 1, 2-3, 4-7, 8-15, …
 * @param medianHistory interactions of the median user
 * @param timed whether times are seconds since 1970
 * @param first time of the first row
 * @param last time of the last row
 * @param timeLine rows in equal stretches of the time from first to last; empty if there is none
 * @param train rows of the standard split
 * @param validation rows of the standard split
 * @param test rows of the standard split
 */
public record Statistics(
    String name,
    int users,
    int items,
    int interactions,
    double density,
    double labelRate,
    double rated,
    double titled,
    List<HistoryClass> histories,
    int medianHistory,
    boolean timed,
    long first,
    long last,
    List<Integer> timeLine,
    int train,
    int validation,
    int test) {
  private static final int STRETCHES = 24;

  /** Copies the lists. */
  public Statistics {
    histories = List.copyOf(histories);
    timeLine = List.copyOf(timeLine);
  }

  /** Users with {@code from} to {@code to} interactions. */
  public record HistoryClass(int from, int to, int users) {}

  /** Counts. */
  public static Statistics of(Dataset data) {
    Interactions all = data.interactions();
    int n = all.size();
    int[] lengths = new int[data.users().size()];
    int rated = 0;
    for (int row = 0; row < n; row++) {
      lengths[all.user(row)]++;
      rated += Float.isNaN(all.rating(row)) ? 0 : 1;
    }
    int titled = 0;
    for (int item = 0; item < data.items().size(); item++) {
      String id = data.items().ids().id(item);
      String title = data.items().title(item);
      titled += title.equals(id) || title.equals(Untitled.title(id)) ? 0 : 1;
    }
    Split split = data.split();
    return new Statistics(
        data.name(),
        data.users().size(),
        data.items().size(),
        n,
        (double) n / ((double) data.users().size() * data.items().size()),
        all.labelRate(),
        (double) rated / n,
        (double) titled / data.items().size(),
        histogram(lengths),
        median(lengths),
        data.timed(),
        all.time(0),
        all.time(n - 1),
        data.timed() ? timeLine(all) : List.of(),
        split.train().size(),
        split.validation().size(),
        split.test().size());
  }

  private static List<HistoryClass> histogram(int[] lengths) {
    int[] counts = new int[32];
    int highest = 0;
    for (int length : lengths) {
      int power = 31 - Integer.numberOfLeadingZeros(Math.max(1, length));
      counts[power]++;
      highest = Math.max(highest, power);
    }
    List<HistoryClass> classes = new ArrayList<>();
    for (int power = 0; power <= highest; power++) {
      classes.add(new HistoryClass(1 << power, (2 << power) - 1, counts[power]));
    }
    return classes;
  }

  private static int median(int[] lengths) {
    int[] sorted = lengths.clone();
    java.util.Arrays.sort(sorted);
    return sorted.length == 0 ? 0 : sorted[sorted.length / 2];
  }

  private static List<Integer> timeLine(Interactions all) {
    long first = all.time(0);
    long span = all.time(all.size() - 1) - first + 1;
    int[] counts = new int[STRETCHES];
    for (int row = 0; row < all.size(); row++) {
      counts[(int) ((all.time(row) - first) * STRETCHES / span)]++;
    }
    return java.util.Arrays.stream(counts).boxed().toList();
  }
}

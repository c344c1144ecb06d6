package org.optirag.dataset;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import org.optirag.workspace.UserException;

/** How interactions are parted into train, validation and test. */
public sealed interface SplitRule {

  /** Applies the rule. */
  Split apply(Dataset data);

  /** The rule in words, for a page or a table. */
  default String text() {
    return switch (this) {
      case ByTime rule -> "by time, " + shares(rule.train, rule.validation);
      case LeaveLastOut rule -> "each user's last for test, the one before for validation";
      case ByUser rule ->
          "users drawn, %s, seed %d".formatted(shares(rule.train, rule.validation), rule.seed);
      case Published rule -> "as published with the data";
    };
  }

  private static String shares(double train, double validation) {
    return "%.0f : %.0f : %.0f"
        .formatted(100 * train, 100 * validation, 100 * (1 - train - validation));
  }

  /**
   * The published split if there is one, else 8:1:1 by time, else (no times) the last two rows of
   * each user.
   */
  static SplitRule standard(Dataset data) {
    if (data.published().present()) {
      return new Published();
    }
    return data.timed() ? new ByTime(0.8, 0.1) : new LeaveLastOut();
  }

  /**
   * The rule of a name.
   *
   * @param name "standard" ({@link #standard}), "time" (8:1:1), "last-out" or "user" (8:1:1 of the
   *     users), in any case
   * @param seed of the draw, where users are drawn
   * @throws UserException if there is no such rule
   */
  static SplitRule named(String name, Dataset data, long seed) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "standard" -> standard(data);
      case "time" -> new ByTime(0.8, 0.1);
      case "last-out" -> new LeaveLastOut();
      case "user" -> new ByUser(0.8, 0.1, seed);
      default ->
          throw new UserException(
              "There is no split \"" + name + "\".", "Give standard, time, last-out or user.");
    };
  }

  /**
   * One moment for all users: what lies before it trains. Rows of the same second stay together, on
   * the later side.
   *
   * @param train share of rows to train on, for instance 0.8
   * @param validation share of rows to choose on; the rest is for test
   */
  record ByTime(double train, double validation) implements SplitRule {
    /** Checks the shares. */
    public ByTime {
      checkShares(train, validation);
    }

    @Override
    public Split apply(Dataset data) {
      Interactions all = data.interactions();
      if (all.size() == 0) {
        return new Split(all, all, all);
      }
      long first = all.time(Math.min(all.size() - 1, (int) (all.size() * train)));
      long second = all.time(Math.min(all.size() - 1, (int) (all.size() * (train + validation))));
      return new Split(
          all.filter(row -> all.time(row) < first),
          all.filter(row -> all.time(row) >= first && all.time(row) < second),
          all.filter(row -> all.time(row) >= second));
    }
  }

  /**
   * Each user's last interaction is for test, the one before it for validation; users with fewer
   * than three train only. A request counts as one, with all of its rows. Where the source has no
   * times, the import has placed these rows after all others; where it has, what others did later
   * stands in {@code train}, as is usual with this rule.
   */
  record LeaveLastOut() implements SplitRule {
    @Override
    public Split apply(Dataset data) {
      Interactions all = data.interactions();
      int[] left = fromTheEnd(data);
      int[] most = new int[data.users().size()]; // left after the first
      for (int row = 0; row < all.size(); row++) {
        most[all.user(row)] = Math.max(most[all.user(row)], left[row]);
      }
      return new Split(
          all.filter(row -> most[all.user(row)] < 2 || left[row] > 1),
          all.filter(row -> most[all.user(row)] >= 2 && left[row] == 1),
          all.filter(row -> most[all.user(row)] >= 2 && left[row] == 0));
    }
  }

  /**
   * Users are drawn into three groups. The last interaction (or request) of each user is the
   * example, of his group; all others are known to everyone. For data without times, as ReLLa does
   * with Book-Crossing.
   *
   * @param train share of users to train on
   * @param validation share of users to choose on; the rest is for test
   * @param seed of the draw
   */
  record ByUser(double train, double validation, long seed) implements SplitRule {
    /** Checks the shares. */
    public ByUser {
      checkShares(train, validation);
    }

    @Override
    public Split apply(Dataset data) {
      Interactions all = data.interactions();
      SplittableRandom random = new SplittableRandom(seed);
      byte[] group = new byte[data.users().size()];
      for (int user = 0; user < group.length; user++) {
        double draw = random.nextDouble();
        group[user] = (byte) (draw < train ? 0 : draw < train + validation ? 1 : 2);
      }
      int[] left = fromTheEnd(data);
      return new Split(
          all.filter(row -> left[row] > 0 || group[all.user(row)] == 0),
          all.filter(row -> left[row] == 0 && group[all.user(row)] == 0),
          all.filter(row -> left[row] == 0 && group[all.user(row)] == 1),
          all.filter(row -> left[row] == 0 && group[all.user(row)] == 2));
    }
  }

  /**
   * The split that came with the data. Rows of {@link Part#HISTORY} join {@code train} where they
   * lie strictly before all of validation and test, and are never examples.
   */
  record Published() implements SplitRule {
    @Override
    public Split apply(Dataset data) {
      PublishedSplit parts = data.published();
      if (!parts.present()) {
        throw new UserException(
            data.name() + " has no published split.", "Use a split by time or leave-last-out.");
      }
      Interactions all = data.interactions();
      long earliest = Long.MAX_VALUE; // of what is held out
      for (int row = 0; row < all.size() && earliest == Long.MAX_VALUE; row++) {
        if (parts.of(row) == Part.VALIDATION || parts.of(row) == Part.TEST) {
          earliest = all.time(row);
        }
      }
      long heldOut = earliest;
      return new Split(
          all.filter(row ->
              parts.of(row) == Part.TRAIN
                  || (parts.of(row) == Part.HISTORY && all.time(row) < heldOut)),
          all.filter(row -> parts.of(row) == Part.TRAIN),
          all.filter(row -> parts.of(row) == Part.VALIDATION),
          all.filter(row -> parts.of(row) == Part.TEST));
    }
  }

  private static void checkShares(double train, double validation) {
    if (!(train > 0 && validation >= 0 && train + validation < 1)) {
      throw new UserException(
          "A split of " + train + " for training and " + validation + " for validation is not one.",
          "Give two shares that leave something for test, for instance 0.8 and 0.1.");
    }
  }

  /** For each row, how many later rows its user has; the rows of a request count as one. */
  private static int[] fromTheEnd(Dataset data) {
    Interactions all = data.interactions();
    int[] seen = new int[data.users().size()];
    int[] left = new int[all.size()];
    Map<Integer, Integer> ofRequest = new HashMap<>();
    for (int row = all.size() - 1; row >= 0; row--) {
      int user = all.user(row);
      int request = all.request(row);
      left[row] =
          request == Interactions.ALONE
              ? seen[user]++
              : ofRequest.computeIfAbsent(request, number -> seen[user]++);
    }
    return left;
  }
}

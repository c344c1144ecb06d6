package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;

/**
 * What users did strictly before a moment.
 *
 * @param own where a user's own history comes from; with {@link LabelVisibility#LIKES}, its
 *     dislikes are those of the training part alone
 * @param others where the behaviour of others comes from: the training part
 * @param visibility what is known of a user's own behaviour
 * @param horizon how far the labels of others, and with {@link LabelVisibility#LIKES} the user's
 *     own dislikes, are seen
 * @param updates what one user did since; with {@link LabelVisibility#LIKES}, his likes alone are
 *     told
 */
public record VisibleHistory(
    Behaviours own,
    Behaviours others,
    LabelVisibility visibility,
    Horizon horizon,
    UserUpdates updates) {

  /** Nobody did anything since. */
  public VisibleHistory(
      Behaviours own, Behaviours others, LabelVisibility visibility, Horizon horizon) {
    this(own, others, visibility, horizon, UserUpdates.NONE);
  }

  /** All labels are seen up to the moment, those of others too. */
  public VisibleHistory(Behaviours own, Behaviours others) {
    this(own, others, LabelVisibility.ALL, Horizon.moving(others.interactions()));
  }

  /**
   * A user's own history from all of the data set, the behaviour of others from training alone;
   * {@link LabelVisibility#LIKES} where the data came with a split, as histories published with
   * splits hold likes only. Where the data tell what was shown together, all labels are seen: a
   * service that logs what it shows knows them at once.
   */
  public static VisibleHistory of(Dataset data, Split split) {
    boolean likesOnly = data.published().present() && !data.interactions().hasRequests();
    return of(data, split, likesOnly ? LabelVisibility.LIKES : LabelVisibility.ALL);
  }

  /** The same with a given kind of visibility, and blocks of the usual length. */
  public static VisibleHistory of(Dataset data, Split split, LabelVisibility visibility) {
    return of(data, split, visibility, Horizon.of(split.train(), data.timed()));
  }

  /**
   * The same with given blocks of time.
   *
   * @param horizon over {@code split.train()}
   */
  public static VisibleHistory of(
      Dataset data, Split split, LabelVisibility visibility, Horizon horizon) {
    int users = data.users().size();
    int items = data.items().size();
    Interactions own =
        switch (visibility) {
          case ALL -> data.interactions();
          case LIKES -> withoutLaterDislikes(data.interactions(), split.train());
        };
    return new VisibleHistory(
        new Behaviours(own, users, items),
        new Behaviours(split.train(), users, items),
        visibility,
        horizon);
  }

  /** The same, knowing what one user did since. */
  public VisibleHistory with(UserUpdates ofOneUser) {
    return new VisibleHistory(own, others, visibility, horizon, ofOneUser);
  }

  /** The rows that are liked or in {@code train}, which is a part of them in the same order. */
  private static Interactions withoutLaterDislikes(Interactions all, Interactions train) {
    boolean[] keep = new boolean[all.size()];
    int next = 0;
    for (int row = 0; row < all.size(); row++) {
      boolean trains = next < train.size() && same(all, row, train, next);
      next += trains ? 1 : 0;
      keep[row] = trains || all.label(row);
    }
    if (next < train.size()) {
      throw new IllegalArgumentException("training row " + next + " is not among the data's rows");
    }
    return all.filter(row -> keep[row]);
  }

  private static boolean same(Interactions a, int row, Interactions b, int other) {
    return a.time(row) == b.time(other)
        && a.user(row) == b.user(other)
        && a.item(row) == b.item(other)
        && a.label(row) == b.label(other);
  }

  /**
   * The latest behaviours of a user, oldest first. Where it is known what was shown together, likes
   * alone: what was shown and not clicked is no dislike.
   */
  public List<Behaviour> history(int user, long time, int most) {
    Interactions all = own.interactions();
    if (all.hasRequests()) {
      return likes(user, time, most);
    }
    int[] seen = standing(own, own.ofUser(user, time), user);
    if (visibility == LabelVisibility.LIKES) {
      long known = horizon.of(time);
      seen = Arrays.stream(seen).filter(row -> all.label(row) || all.time(row) < known).toArray();
    }
    List<Behaviour> known =
        behaviours(own, Arrays.copyOfRange(seen, Math.max(0, seen.length - most), seen.length));
    List<Behaviour> told = withUpdates(known, user, time);
    return told.subList(Math.max(0, told.size() - most), told.size());
  }

  /** The latest behaviours of a user that he liked, oldest first; likes are always known. */
  public List<Behaviour> likes(int user, long time, int most) {
    Interactions all = own.interactions();
    int[] seen = standing(own, own.ofUser(user, time), user);
    int[] latest = new int[Math.min(most, seen.length)];
    int from = latest.length;
    for (int i = seen.length - 1; i >= 0 && from > 0; i--) {
      if (all.label(seen[i])) {
        latest[--from] = seen[i];
      }
    }
    List<Behaviour> known = behaviours(own, Arrays.copyOfRange(latest, from, latest.length));
    List<Behaviour> told =
        withUpdates(known, user, time).stream().filter(Behaviour::liked).toList();
    return told.subList(Math.max(0, told.size() - most), told.size());
  }

  /**
   * The rows of a user that his updates leave: of what he did with an item the last counts. What
   * was shown in a request stands for itself.
   */
  private int[] standing(Behaviours source, int[] rows, int user) {
    if (user != updates.user() || updates.behaviours().isEmpty()) {
      return rows;
    }
    Interactions all = source.interactions();
    Set<Integer> replaced = updates.items();
    return Arrays.stream(rows)
        .filter(row -> all.request(row) != Interactions.ALONE || !replaced.contains(all.item(row)))
        .toArray();
  }

  /** Whether something that a user liked is not what counts any more. */
  public boolean replacesLikes(UserUpdates ofOneUser) {
    int user = ofOneUser.user();
    int[] known = own.ofUser(user, Long.MAX_VALUE);
    return likes(known) > likes(with(ofOneUser).standing(own, known, user));
  }

  private long likes(int[] rows) {
    return Arrays.stream(rows).filter(own.interactions()::label).count();
  }

  /** How many behaviours of a user are known, whatever their labels. */
  public int countOfUser(int user) {
    int known = standing(own, own.ofUser(user, Long.MAX_VALUE), user).length;
    return known + (user == updates.user() ? updates.behaviours().size() : 0);
  }

  /** In order of time; what was known before comes first where times are equal. */
  private List<Behaviour> withUpdates(List<Behaviour> known, int user, long time) {
    if (user != updates.user()) {
      return known;
    }
    List<Behaviour> all = new ArrayList<>(known);
    for (Behaviour each : updates.behaviours()) {
      if (each.time() < time && (each.liked() || visibility == LabelVisibility.ALL)) {
        all.add(each);
      }
    }
    all.sort(Comparator.comparingLong(Behaviour::time));
    return all;
  }

  /** What a similar user did last, oldest first. */
  List<Behaviour> ofNeighbour(int user, long time, int most) {
    return behaviours(others, others.ofUser(user, horizon.of(time), most));
  }

  /** A user's own behaviour with its labels, as the statistics of candidates read it. */
  OwnHistory ownHistory(int user, long time) {
    int[] known = standing(own, own.ofUser(user, time), user);
    List<Behaviour> mine = withUpdates(behaviours(own, known), user, time);
    int[] likes = items(mine, true);
    long[] times = mine.stream().filter(Behaviour::liked).mapToLong(Behaviour::time).toArray();
    return switch (visibility) {
      case ALL -> new OwnHistory(likes, times, likes, items(mine, false));
      case LIKES -> {
        int[] trained = standing(others, others.ofUser(user, horizon.of(time)), user);
        List<Behaviour> labelled = behaviours(others, trained);
        yield new OwnHistory(likes, times, items(labelled, true), items(labelled, false));
      }
    };
  }

  private static int[] items(List<Behaviour> behaviours, boolean liked) {
    return behaviours.stream()
        .filter(behaviour -> behaviour.liked() == liked)
        .mapToInt(Behaviour::item)
        .toArray();
  }

  private static List<Behaviour> behaviours(Behaviours source, int[] rows) {
    Interactions all = source.interactions();
    List<Behaviour> list = new ArrayList<>(rows.length);
    for (int row : rows) {
      list.add(new Behaviour(all.item(row), all.rating(row), all.label(row), all.time(row)));
    }
    return list;
  }

  /**
   * How others received an item.
   *
   * @param asking the user in question, who does not count
   * @param neighbours users counted apart as well
   */
  Evidence of(int item, int asking, Set<Integer> neighbours, long time, List<Behaviour> relevant) {
    Interactions all = others.interactions();
    int seen = 0;
    int liked = 0;
    int neighboursSeen = 0;
    int neighboursLiked = 0;
    for (int row : others.ofItem(item, horizon.of(time))) {
      int user = all.user(row);
      if (user == asking) {
        continue;
      }
      int like = all.label(row) ? 1 : 0;
      seen++;
      liked += like;
      if (neighbours.contains(user)) {
        neighboursSeen++;
        neighboursLiked += like;
      }
    }
    return new Evidence(relevant, neighboursSeen, neighboursLiked, seen, liked);
  }

  /** Nothing known. */
  static Evidence none() {
    return new Evidence(List.of(), 0, 0, 0, 0);
  }
}

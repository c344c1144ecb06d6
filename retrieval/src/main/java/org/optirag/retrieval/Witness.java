package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;

/**
 * What users did strictly before a moment.
 *
 * @param own where a user's own history comes from: all interactions of the data set
 * @param others where the behaviour of others comes from: the training part
 */
public record Witness(Behaviours own, Behaviours others) {

  /** A user's own history from all of the data set, the behaviour of others from training alone. */
  public static Witness of(Dataset data, Split split) {
    int users = data.users().size();
    int items = data.items().size();
    return new Witness(
        new Behaviours(data.interactions(), users, items),
        new Behaviours(split.train(), users, items));
  }

  /** The latest behaviours of a user, oldest first. */
  List<Behaviour> history(int user, long time, int most) {
    return behaviours(own, own.ofUser(user, time, most));
  }

  /** What a similar user did last, oldest first. */
  List<Behaviour> ofNeighbour(int user, long time, int most) {
    return behaviours(others, others.ofUser(user, time, most));
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
    for (int row : others.ofItem(item, time)) {
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

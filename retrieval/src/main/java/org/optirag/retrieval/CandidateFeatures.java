package org.optirag.retrieval;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.optirag.dataset.Dataset;

/**
 * What the graph of who liked what says of each candidate, in a few figures that exit heads read
 * beside the LLM's states. The labels of others are those before the {@link Horizon}, the user's
 * own those before the moment, as {@link Witness} tells. Safe for use from many threads.
 *
 * <p>Memory grows with the labels, not with the square of the items. The statistics of the latest
 * {@value #KEPT} horizons are kept: ask for training examples in order of time.
 */
public final class CandidateFeatures {
  /**
   * What the figures are, in order:
   *
   * <ul>
   *   <li>{@code i_adj}: how well the item is liked, its users' leniency taken off; log odds
   *   <li>{@code u_adj}: how easily the user likes, his items' quality taken off; log odds
   *   <li>{@code bsm}: how well the items are liked that the same users labelled
   *   <li>{@code uknn_lab}: how much better than usual the item was received by users whose labels
   *       agree with the user's
   *   <li>{@code coown2}: whether the user's labels of items that co-occur with this one are better
   *       than expected
   *   <li>{@code cosL10}: mean cosine, over likes, of the item with the user's last ten likes
   *   <li>{@code year}: (year − 1980) / 20; NaN if the title ends in none, which {@link
   *       FeatureScaling} makes 0
   *   <li>{@code u_n}: log(1 + known labels of the user)
   *   <li>{@code i_n}: log(1 + users who labelled the item)
   *   <li>{@code gap5}: log(1 + mean seconds between the last five likes of the running session); 9
   *       if there are none
   *   <li>{@code v_act}: mean log activity of the item's users
   *   <li>{@code likpop}: mean log popularity of what the user likes
   *   <li>{@code g_like}: whether the user's labels of items of similar genres are better than
   *       expected; 0 for items without genres
   * </ul>
   */
  public static final List<String> NAMES =
      List.of(
          "i_adj",
          "u_adj",
          "bsm",
          "uknn_lab",
          "coown2",
          "cosL10",
          "year",
          "u_n",
          "i_n",
          "gap5",
          "v_act",
          "likpop",
          "g_like");

  /** For how many horizons statistics are kept. */
  static final int KEPT = 3;

  private static final long SESSION = 3600;
  private static final double NO_SESSION = 9;

  private final Witness witness;
  private final ItemTraits traits;
  private final int users;
  private final int items;
  private final boolean timed;
  private final Map<Long, ItemStatistics> statistics =
      new LinkedHashMap<>(KEPT + 1, 1, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, ItemStatistics> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * @param data the users and the items' texts
   * @param witness what may be seen of their behaviour
   */
  public CandidateFeatures(Dataset data, Witness witness) {
    this.witness = witness;
    this.traits = ItemTraits.of(data.items());
    this.users = data.users().size();
    this.items = data.items().size();
    this.timed = data.timed();
  }

  /**
   * The figures for each candidate, not scaled.
   *
   * @return [candidates, {@link #NAMES}]
   */
  public float[][] of(int user, int[] candidates, long time) {
    ItemStatistics world = statistics(witness.horizon().of(time));
    OwnHistory own = witness.ownHistory(user, time);
    double[] shared = new double[NAMES.size()];
    shared[1] = world.biases().userEffect(own.labelledLikes(), own.dislikes());
    shared[7] = Math.log1p(own.labels());
    shared[9] = timed ? pace(own.times(), time) : NO_SESSION;
    shared[11] = world.popularity(own.likes());
    CandidateView view = new CandidateView(world, traits, user, own, shared[1]);
    return IntStream.of(candidates)
        .mapToObj(item -> view.complete(item, shared.clone()))
        .toArray(float[][]::new);
  }

  /** Two requests that need the same new statistics wait for one to make them. */
  private synchronized ItemStatistics statistics(long horizon) {
    return statistics.computeIfAbsent(
        horizon,
        before ->
            ItemStatistics.of(
                LabelledGraph.before(witness.others().interactions(), before, users, items)));
  }

  /** Of the session that is still running at {@code time}: an hour without a like ends one. */
  private static double pace(long[] likes, long time) {
    long[] moments = Arrays.copyOf(likes, likes.length + 1);
    moments[likes.length] = time;
    int first = likes.length;
    while (first > 0
        && first > likes.length - 5
        && moments[first] - moments[first - 1] <= SESSION) {
      first--;
    }
    int gaps = likes.length - first;
    return gaps == 0 ? NO_SESSION : Math.log1p((double) (time - moments[first]) / gaps);
  }
}

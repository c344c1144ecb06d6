package org.optirag.retrieval;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.ItemTexts;

/**
 * What the graph of who liked what says of each candidate, in a few figures that exit heads read
 * beside the LLM's states. The labels of others are those before the {@link Horizon}, the user's
 * own those before the moment, as {@link VisibleHistory} tells. Safe for use from many threads.
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

  private final VisibleHistory visible;
  private final ItemTexts texts;
  private final ItemTraits traits;
  private final boolean timed;
  private final StatisticsByHorizon byHorizon;

  /**
   * @param data the users and the items' texts
   * @param visible what may be seen of their behaviour
   */
  public CandidateFeatures(Dataset data, VisibleHistory visible) {
    this(
        visible,
        data.items(),
        ItemTraits.of(data.items()),
        data.timed(),
        new StatisticsByHorizon(
            visible.others().interactions(), data.users().size(), data.items().size()));
  }

  private CandidateFeatures(
      VisibleHistory visible,
      ItemTexts texts,
      ItemTraits traits,
      boolean timed,
      StatisticsByHorizon byHorizon) {
    this.visible = visible;
    this.texts = texts;
    this.traits = traits;
    this.timed = timed;
    this.byHorizon = byHorizon;
  }

  /**
   * The same statistics of everybody, seen with what is newer: users and items may have higher
   * numbers than the data has. Costs nothing but the reading of the changed texts.
   *
   * @param newer the same behaviours with what one user did since
   * @param texts of the changed items
   * @param changed items whose texts are other than the data has them, or which it does not have
   */
  public CandidateFeatures with(VisibleHistory newer, ItemTexts texts, Set<Integer> changed) {
    if (newer.others() != visible.others()) {
      throw new IllegalArgumentException("the statistics were made of the behaviour of others");
    }
    return new CandidateFeatures(newer, texts, traits.with(texts, changed), timed, byHorizon);
  }

  /** What may be seen of everybody's behaviour. */
  public VisibleHistory visible() {
    return visible;
  }

  /** What is written of the items. */
  public ItemTexts texts() {
    return texts;
  }

  /** Makes the statistics that requests at {@code time} read, so that none has to wait for them. */
  public void prepare(long time) {
    byHorizon.at(visible.horizon().of(time));
  }

  /**
   * The figures for each candidate, not scaled.
   *
   * @return [candidates, {@link #NAMES}]
   */
  public float[][] of(int user, int[] candidates, long time) {
    ItemStatistics statistics = byHorizon.at(visible.horizon().of(time));
    OwnHistory own = visible.ownHistory(user, time);
    double[] shared = new double[NAMES.size()];
    shared[1] = statistics.biases().userEffect(own.labelledLikes(), own.dislikes());
    shared[7] = Math.log1p(own.labels());
    shared[9] = timed ? pace(own.times(), time) : NO_SESSION;
    shared[11] = statistics.popularity(own.likes());
    CandidateView view = new CandidateView(statistics, traits, user, own, shared[1]);
    return IntStream.of(candidates)
        .mapToObj(item -> view.complete(item, shared.clone()))
        .toArray(float[][]::new);
  }

  /** The statistics of the latest horizons. */
  private static final class StatisticsByHorizon {
    private final Interactions labels;
    private final int users;
    private final int items;
    private final Map<Long, ItemStatistics> statistics =
        new LinkedHashMap<>(KEPT + 1, 1, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<Long, ItemStatistics> eldest) {
            return size() > KEPT;
          }
        };

    StatisticsByHorizon(Interactions labels, int users, int items) {
      this.labels = labels;
      this.users = users;
      this.items = items;
    }

    /** Two requests that need the same new statistics wait for one to make them. */
    synchronized ItemStatistics at(long horizon) {
      return statistics.computeIfAbsent(
          horizon, before -> ItemStatistics.of(LabelledGraph.before(labels, before, users, items)));
    }
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

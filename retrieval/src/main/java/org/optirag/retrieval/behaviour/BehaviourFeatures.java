package org.optirag.retrieval.behaviour;

import java.util.List;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.ItemTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.LabelVisibility;
import org.optirag.retrieval.VisibleHistory;

/**
 * What counting says of a candidate. With {@link LabelVisibility#ALL}, the labels of everybody
 * strictly before the moment count; with {@link LabelVisibility#LIKES}, those of the training part
 * before the {@link org.optirag.retrieval.Horizon}, which then is the moment that days and ages are
 * counted from. What the user did since the behaviours of all were brought together is part of what
 * he liked, and does not count otherwise.
 *
 * <p>Reads all rows once when it is made; a figure then takes two binary searches. Memory: about 32
 * bytes a row and 8 more for each category of its item.
 */
public final class BehaviourFeatures implements FeatureGroup {
  /**
   * What the figures are, in order. A category is a value of the field among {@code category},
   * {@code genres}, {@code brand} and the like that most items have; of the next such field, in
   * those that begin with {@code cat2}.
   *
   * <ul>
   *   <li>{@code cat_share}, {@code cat2_share}: the share of the latest 50 likes that have the
   *       candidate's category, the mean over its categories
   *   <li>{@code fields_shared}: the mean cosine of the candidate's field values, as a set, with
   *       those of the latest 50 likes
   *   <li>{@code pop_all}, {@code pop_1d}, {@code pop_7d}: log(1 + rows of the item), in all, in
   *       the last day and in the last seven; where times are places in an order, its last
   *       hundredth and its last twentieth
   *   <li>{@code rate_all}, {@code rate_1d}, {@code rate_7d}: the share of likes among them, with
   *       20 rows of the usual share added; without rows that are known from published histories
   *       only
   *   <li>{@code cat_rate}, {@code cat2_rate}: the same for its category, in all
   *   <li>{@code age}: log(1 + seconds, or places, since the item's first row)
   *   <li>{@code trans_last}: log(1 + how often others liked it next after the user's latest like),
   *       of the latest 1,000 likes of that item
   *   <li>{@code cooc_recent}: the mean cosine of the item's likers, as a set, with the likers of
   *       the user's last ten likes, each like weighing 0.8 of the next; of the latest 1,000 likes
   *       of each item
   *   <li>{@code hist_n}: log(1 + likes of the user), of at most 1,000
   * </ul>
   */
  public static final List<String> NAMES =
      List.of(
          "cat_share",
          "cat2_share",
          "fields_shared",
          "pop_all",
          "pop_1d",
          "pop_7d",
          "rate_all",
          "rate_1d",
          "rate_7d",
          "cat_rate",
          "cat2_rate",
          "age",
          "trans_last",
          "cooc_recent",
          "hist_n");

  private static final int COUNTED = 1_000;
  private static final int COMPARED = 50;
  private static final int TOGETHER = 10;
  private static final double FADING = 0.8;

  private final Behaviours source;
  private final LabelVisibility visibility;
  private final boolean timed;
  private final ItemFields fields;
  private final Counts counts;
  private final Sequences sequences;

  /**
   * @param data the users and the items' texts
   * @param visible what may be seen of their behaviour
   */
  public BehaviourFeatures(Dataset data, VisibleHistory visible) {
    this.source = source(visible);
    this.visibility = visible.visibility();
    this.timed = data.timed();
    this.fields = ItemFields.of(data.items());
    Interactions rows = source.interactions();
    this.counts = Counts.of(data, rows, fields);
    this.sequences = Sequences.of(rows, data.users().size(), data.items().size());
  }

  private static Behaviours source(VisibleHistory visible) {
    return switch (visible.visibility()) {
      case ALL -> visible.own();
      case LIKES -> visible.others();
    };
  }

  @Override
  public List<String> names() {
    return NAMES;
  }

  @Override
  public float[][] of(
      VisibleHistory visible, ItemTexts texts, int user, int[] candidates, long time) {
    if (source(visible) != source || visible.visibility() != visibility) {
      throw new IllegalArgumentException("the counts were made of other behaviour");
    }
    long before = visibility == LabelVisibility.ALL ? time : visible.horizon().of(time);
    Window window = Window.of(source.interactions(), before, timed);
    List<Behaviour> likes = visible.likes(user, time, COUNTED);
    LikedFields liked =
        new LikedFields(
            latest(likes, COMPARED).stream()
                .map(like -> fields.of(texts.fields(like.item())))
                .toList());
    double[] following =
        likes.isEmpty()
            ? null
            : sequences.following(likes.getLast().item(), user, candidates, window.end());
    double[] together =
        sequences.together(latest(likes, TOGETHER), user, candidates, FADING, window.end());
    double usual = counts.usual(window.end());
    float[][] figures = new float[candidates.length][];
    for (int c = 0; c < candidates.length; c++) {
      ItemFields.Values values = fields.of(texts.fields(candidates[c]));
      figures[c] =
          floats(
              liked.share(values.categories().get(0)),
              liked.share(values.categories().get(1)),
              liked.shared(values.all()),
              popularity(candidates[c], 0, window),
              popularity(candidates[c], window.day(), window),
              popularity(candidates[c], window.week(), window),
              counts.rate(candidates[c], 0, window.end(), usual),
              counts.rate(candidates[c], window.day(), window.end(), usual),
              counts.rate(candidates[c], window.week(), window.end(), usual),
              counts.rate(0, values.categories().get(0), window.end(), usual),
              counts.rate(1, values.categories().get(1), window.end(), usual),
              age(candidates[c], window),
              following == null ? Double.NaN : Math.log1p(following[c]),
              together[c],
              Math.log1p(likes.size()));
    }
    return figures;
  }

  private static List<Behaviour> latest(List<Behaviour> likes, int most) {
    return likes.subList(Math.max(0, likes.size() - most), likes.size());
  }

  private double popularity(int item, int from, Window window) {
    return Math.log1p(counts.met().count(item, from, window.end()).seen());
  }

  private double age(int item, Window window) {
    if (counts.met().count(item, 0, window.end()).seen() == 0) {
      return Double.NaN;
    }
    int first = counts.met().row(counts.met().start(item));
    return Math.log1p(window.before() - source.interactions().time(first));
  }

  private static float[] floats(double... values) {
    float[] single = new float[values.length];
    for (int i = 0; i < single.length; i++) {
      single[i] = (float) values[i];
    }
    return single;
  }
}

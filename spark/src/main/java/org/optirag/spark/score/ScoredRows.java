package org.optirag.spark.score;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.OptionalLong;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.Score;

/**
 * Scores the rows (user, item, time) of a partition as they stream by, sorted in this order: rows
 * of one user and moment are candidates on one context, up to a number of them. A repeated row
 * counts once. What cannot be scored, as the data do not know the user or the item, gets no
 * probability and the reason why.
 */
final class ScoredRows implements Iterator<Row> {
  /** Why a row has no probability. */
  static final String NO_USER = "the user is not known";

  static final String NO_ITEM = "the item is not known";

  /** user, item, time, pctr, exit_block, unscored. */
  static final StructType SCHEMA =
      new StructType()
          .add("user", DataTypes.StringType)
          .add("item", DataTypes.StringType)
          .add("time", DataTypes.LongType)
          .add("pctr", DataTypes.DoubleType)
          .add("exit_block", DataTypes.IntegerType)
          .add("unscored", DataTypes.StringType);

  private final Iterator<Row> rows;
  private final ScoringSettings settings;
  private final ScoreMeter meter;
  private final TaskScorer scorer;
  private final long start;
  private final Deque<Row> ready = new ArrayDeque<>();
  private @Nullable Row next;
  private boolean ended;

  ScoredRows(Iterator<Row> rows, ScoringSettings settings, ScoreMeter meter) {
    this.rows = rows;
    this.settings = settings;
    this.meter = meter;
    this.scorer = ProcessScorers.of(settings);
    this.start = System.nanoTime();
    this.next = rows.hasNext() ? rows.next() : null;
  }

  @Override
  public boolean hasNext() {
    boolean more = !ready.isEmpty() || next != null;
    if (!more && !ended) {
      ended = true;
      meter.task(System.nanoTime() - start);
    }
    return more;
  }

  @Override
  public Row next() {
    if (ready.isEmpty()) {
      scoreNext();
    }
    return ready.remove();
  }

  private void scoreNext() {
    Row first = next;
    if (first == null) {
      throw new NoSuchElementException();
    }
    List<String> items = new ArrayList<>();
    while (next != null && sameRequest(first, next) && items.size() < settings.candidates()) {
      String item = next.getString(1);
      if (items.isEmpty() || !Objects.equals(items.getLast(), item)) {
        items.add(item);
      }
      next = rows.hasNext() ? rows.next() : null;
    }
    String user = String.valueOf(first.getString(0));
    List<String> known =
        items.stream().filter(item -> item != null && scorer.knowsItem(item)).toList();
    List<Score> scores = List.of();
    boolean knowsUser = !first.isNullAt(0) && scorer.knowsUser(user);
    if (knowsUser && !known.isEmpty()) {
      OptionalLong time =
          first.isNullAt(2) ? OptionalLong.empty() : OptionalLong.of(first.getLong(2));
      long before = System.nanoTime();
      scores = scorer.score(user, known, time);
      meter.request(known.size(), System.nanoTime() - before);
    }
    int scored = 0;
    for (String item : items) {
      Score score =
          !scores.isEmpty() && item != null && scorer.knowsItem(item) ? scores.get(scored++) : null;
      if (score == null) {
        meter.unscored();
      }
      ready.add(
          RowFactory.create(
              first.get(0),
              item,
              first.get(2),
              score == null ? null : (Double) score.probability(),
              score == null ? null : (Integer) score.exitBlock(),
              score != null ? null : knowsUser ? NO_ITEM : NO_USER));
    }
  }

  private static boolean sameRequest(Row first, Row other) {
    return Objects.equals(first.get(0), other.get(0)) && Objects.equals(first.get(2), other.get(2));
  }
}

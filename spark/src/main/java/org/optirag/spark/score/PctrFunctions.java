package org.optirag.spark.score;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.api.java.UDF3;
import org.apache.spark.sql.types.DataTypes;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.Score;
import scala.collection.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Functions that score inside a query. Ids may be texts or numbers; what the data do not know is
 * null.
 *
 * <ul>
 *   <li>{@code optirag_pctr(user, item)}: one candidate, after all that the data know; contexts are
 *       remembered, so queries are cheaper where a user's rows stand together
 *   <li>{@code optirag_pctr_at(user, item, time)}: the same at a moment
 *   <li>{@code optirag_pctrs(user, items)}: a list of candidates on one context, as a list
 * </ul>
 */
public final class PctrFunctions {
  private PctrFunctions() {}

  /** Makes the functions known to a session. */
  public static void register(SparkSession spark, ScoringSettings settings) {
    UDF2<Object, Object, Double> pctr = (user, item) -> one(settings, user, item, null);
    UDF3<Object, Object, Number, Double> at = (user, item, time) -> one(settings, user, item, time);
    UDF2<Object, Seq<?>, List<Double>> list =
        (user, items) ->
            items == null
                ? null
                : many(settings, user, new ArrayList<>(CollectionConverters.asJava(items)));
    spark.udf().register("optirag_pctr", pctr, DataTypes.DoubleType);
    spark.udf().register("optirag_pctr_at", at, DataTypes.DoubleType);
    spark.udf().register("optirag_pctrs", list, DataTypes.createArrayType(DataTypes.DoubleType));
  }

  private static @Nullable Double one(
      ScoringSettings settings,
      @Nullable Object user,
      @Nullable Object item,
      @Nullable Number time) {
    TaskScorer scorer = ProcessScorers.of(settings);
    if (user == null
        || item == null
        || !scorer.knowsUser(user.toString())
        || !scorer.knowsItem(item.toString())) {
      return null;
    }
    OptionalLong moment = time == null ? OptionalLong.empty() : OptionalLong.of(time.longValue());
    return scorer.scoreAlone(user.toString(), item.toString(), moment).probability();
  }

  private static List<@Nullable Double> many(
      ScoringSettings settings, @Nullable Object user, List<?> items) {
    TaskScorer scorer = ProcessScorers.of(settings);
    List<@Nullable Double> answers = new ArrayList<>(Collections.nCopies(items.size(), null));
    List<Integer> places = new ArrayList<>();
    List<String> known = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Object item = items.get(i);
      if (item != null && scorer.knowsItem(item.toString())) {
        places.add(i);
        known.add(item.toString());
      }
    }
    if (user == null || !scorer.knowsUser(user.toString()) || known.isEmpty()) {
      return answers;
    }
    List<Score> scores = scorer.score(user.toString(), known, OptionalLong.empty());
    for (int i = 0; i < scores.size(); i++) {
      answers.set(places.get(i), scores.get(i).probability());
    }
    return answers;
  }
}

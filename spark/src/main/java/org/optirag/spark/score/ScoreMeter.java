package org.optirag.spark.score;

import java.io.Serializable;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.LongAccumulator;

/** Adds up, over all tasks, what was scored and where the time went. */
final class ScoreMeter implements Serializable {
  private static final long serialVersionUID = 1L;

  private final LongAccumulator requests;
  private final LongAccumulator impressions;
  private final LongAccumulator unscored;
  private final LongAccumulator scoring;
  private final LongAccumulator tasks;

  ScoreMeter(SparkSession spark) {
    requests = spark.sparkContext().longAccumulator("requests");
    impressions = spark.sparkContext().longAccumulator("impressions");
    unscored = spark.sparkContext().longAccumulator("rows without a score");
    scoring = spark.sparkContext().longAccumulator("nanoseconds in the scorer");
    tasks = spark.sparkContext().longAccumulator("nanoseconds of tasks");
  }

  void request(int candidates, long nanoseconds) {
    requests.add(1);
    impressions.add(candidates);
    scoring.add(nanoseconds);
  }

  void unscored() {
    unscored.add(1);
  }

  void task(long nanoseconds) {
    tasks.add(nanoseconds);
  }

  ScoreReport report(int waves) {
    return new ScoreReport(
        waves,
        requests.sum(),
        impressions.sum(),
        unscored.sum(),
        tasks.sum() / 1e9,
        scoring.sum() / 1e9);
  }
}

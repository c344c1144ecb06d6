package org.optirag.spark.table;

import static org.apache.spark.sql.functions.udf;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;

/** Numbers files by their paths, so that the order of rows does not depend on who reads them. */
final class Files {
  private Files() {}

  static UserDefinedFunction number(SparkSession spark, String[] sorted, long first) {
    Map<String, Long> numbers = new HashMap<>();
    for (int i = 0; i < sorted.length; i++) {
      for (String spelled : spellings(sorted[i])) {
        numbers.put(spelled, first + i);
      }
    }
    Broadcast<Map<String, Long>> known =
        new JavaSparkContext(spark.sparkContext()).broadcast(numbers);
    UDF1<String, Long> number =
        path -> {
          Long found = known.value().get(path);
          if (found == null) {
            throw new IllegalStateException(path + " was not there when the job began");
          }
          return found;
        };
    return udf(number, DataTypes.LongType);
  }

  /** Spark itself writes file:///path in one place and file:/path in another. */
  private static List<String> spellings(String path) {
    String plain = path.replaceFirst("^([A-Za-z0-9+.-]+):///", "$1:/");
    return List.of(path, plain, plain.replaceFirst("^([A-Za-z0-9+.-]+):/(?!/)", "$1:///"));
  }
}

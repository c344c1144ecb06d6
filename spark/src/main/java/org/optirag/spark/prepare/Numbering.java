package org.optirag.spark.prepare;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Numbers rows 0, 1, 2, … in an order, without bringing them together. */
final class Numbering {
  private Numbering() {}

  /**
   * Adds a column with each row's number.
   *
   * @param size at least the number of rows
   * @param type of the numbers, integer or long
   */
  static Dataset<Row> of(
      Dataset<Row> rows, long size, String column, DataType type, Column... order) {
    StructType schema = rows.schema().add(column, type, false);
    boolean small = type.equals(DataTypes.IntegerType);
    JavaRDD<Row> numbered =
        TotalOrder.of(rows, size, order)
            .javaRDD()
            .zipWithIndex()
            .map(pair -> {
              Row row = pair._1();
              Object[] values = new Object[row.size() + 1];
              for (int i = 0; i < row.size(); i++) {
                values[i] = row.get(i);
              }
              values[row.size()] = small ? (Object) Math.toIntExact(pair._2()) : pair._2();
              return RowFactory.create(values);
            });
    return rows.sparkSession().createDataFrame(numbered, schema);
  }

  /**
   * Numbers distinct ids: those that are whole numbers first, by their value.
   *
   * @param size at least the number of ids
   */
  static Dataset<Row> ids(Dataset<Row> ids, long size, String number) {
    Column id = col("id");
    Column whole = when(id.rlike("^[+-]?[0-9]{1,18}$"), id.cast("long"));
    return of(ids, size, number, DataTypes.IntegerType, whole.asc_nulls_last(), id.asc());
  }
}

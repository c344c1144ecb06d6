package org.optirag.spark.table;

import static org.apache.spark.sql.functions.abs;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructType;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.source.Layout;

/**
 * A column of a table as the texts that {@link Cells} understands, the same that an import reads of
 * the same file: lists, maps and records as JSON, whole floats without ".0".
 *
 * @param location of the table, for messages
 * @param schema of the table
 */
record CellColumn(String location, StructType schema) {

  /**
   * The column of a name, or the field within one that a dotted name means.
   *
   * @throws org.optirag.workspace.UserException if there is none
   */
  Column of(String wanted) {
    List<String> known =
        Stream.of(schema.fieldNames()).filter(name -> !name.equals(Table.MISFIT)).toList();
    String base = Layout.base(known, wanted);
    if (base == null) {
      throw Layout.missing(location, wanted, known);
    }
    Column text = text(col("`" + base + "`"), schema.apply(base).dataType());
    if (base.equals(wanted)) {
      return text;
    }
    List<String> path = List.of(wanted.substring(base.length() + 1).split("\\.", -1));
    UDF1<@Nullable String, @Nullable String> within = cell -> Cells.within(cell, path);
    return udf(within, DataTypes.StringType).apply(text);
  }

  private static Column text(Column column, DataType type) {
    if (type instanceof ArrayType || type instanceof MapType || type instanceof StructType) {
      return concat(lit(Cells.nested("")), to_json(column));
    }
    if (type.equals(DataTypes.DoubleType)
        || type.equals(DataTypes.FloatType)
        || type instanceof DecimalType) {
      Column whole = abs(column).lt(1e15).and(rint(column).equalTo(column));
      return when(whole, column.cast("bigint").cast("string"))
          .when(column.cast("double").isNaN(), lit(null)) // a missing number
          .otherwise(column.cast("string"));
    }
    if (type.equals(DataTypes.TimestampType)) { // as a text it would be in the session's zone
      UDF1<@Nullable Long, @Nullable String> moment =
          micros -> micros == null ? null : Cells.moment(micros);
      return udf(moment, DataTypes.StringType).apply(unix_micros(column));
    }
    return column.cast("string");
  }
}

package org.optirag.spark.table;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.spark.LocalSpark;
import org.optirag.workspace.UserException;

final class TableFormatTest {
  @TempDir private Path directory;

  private final SparkSession spark = LocalSpark.session();
  private final Dataset<Row> rows = spark.range(5).selectExpr("id", "id % 2 AS odd");

  @ParameterizedTest
  @ValueSource(strings = {"parquet", "orc"})
  void whatIsWrittenIsReadAgain(String name) {
    TableFormat format = new TableFormat(name);
    String location = directory.resolve("table").toString();
    format.write(spark.range(9).toDF(), location);
    format.write(rows, location);
    assertThat(format.read(spark, location).orderBy("id").collectAsList())
        .isEqualTo(rows.collectAsList());
    format.append(rows, directory.resolve("parted").toString(), "odd");
    format.append(rows, directory.resolve("parted").toString(), "odd");
    assertThat(directory.resolve("parted/odd=1")).isDirectory();
    assertThat(format.read(spark, directory.resolve("parted").toString()).count()).isEqualTo(10);
  }

  @Test
  void aTableOfTheCatalogIsReadButNotWritten() {
    TableFormat catalog = new TableFormat("table");
    rows.createOrReplaceTempView("catalogued");
    assertThat(catalog.read(spark, "catalogued").count()).isEqualTo(5);
    assertThatThrownBy(() -> catalog.write(rows, "catalogued"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("do not write them");
  }

  @Test
  void aFormatWithoutItsPackageIsToldBothWays() {
    TableFormat iceberg = new TableFormat("iceberg");
    assertThatThrownBy(() -> iceberg.write(rows, directory.resolve("t").toString()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("does not know the format iceberg")
        .hasMessageContaining("--packages");
    assertThatThrownBy(() -> iceberg.read(spark, directory.resolve("t").toString()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("as iceberg")
        .hasMessageContaining("--packages");
  }
}

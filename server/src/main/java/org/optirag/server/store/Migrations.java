package org.optirag.server.store;

import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.optirag.workspace.UserException;

/** Brings a store's tables to this program's version. */
final class Migrations {
  private Migrations() {}

  /**
   * Migrates.
   *
   * @param kind the folder of the migrations
   * @param name of the store, for messages
   * @throws UserException if the tables are those of a newer program or cannot be migrated
   */
  static void run(DataSource source, String kind, String name) {
    try {
      Flyway flyway =
          Flyway.configure(Migrations.class.getClassLoader())
              .dataSource(source)
              .locations("classpath:org/optirag/server/store/" + kind)
              .table("optirag_schema")
              .baselineOnMigrate(true) // a database may hold tables of others
              .baselineVersion("0")
              .loggers("slf4j")
              .load();
      flyway.migrate();
      MigrationInfo current = flyway.info().current();
      if (current != null && current.getState() == MigrationState.FUTURE_SUCCESS) {
        throw new UserException(
            "%s is of version %s, newer than this OptiRAG.".formatted(name, current.getVersion()),
            "Use a newer OptiRAG, or another store.");
      }
    } catch (FlywayException e) {
      throw new UserException(
          "The tables of %s cannot be brought up to date: %s."
              .formatted(name, String.valueOf(e.getMessage()).lines().findFirst().orElse("")),
          "Check that the store can be reached and written; set OPTIRAG_LOG=INFO for more.",
          e);
    }
  }
}

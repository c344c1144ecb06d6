package org.optirag.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/** Events in PostgreSQL, for several services behind a load balancer. */
public final class PostgresStore {
  /** How long a request waits for a connection before it is refused, in milliseconds. */
  private static final long PATIENCE = 3_000;

  private static final int CONNECTIONS = 4;

  /** Names the lock that appending transactions hold; any number that nobody else takes. */
  static final long LOCK = 0x4F50_5449_5241_4701L;

  /** And this one whoever makes or migrates the tables. */
  private static final long MIGRATION = LOCK + 1;

  private PostgresStore() {}

  /**
   * Connects, and makes or migrates the table.
   *
   * @param url for instance {@code jdbc:postgresql://host/database}
   * @param user null to leave it to the URL or the driver
   * @param password null to leave it to the URL or the driver
   * @throws UserException if the database cannot be reached, or its tables cannot be made
   */
  public static EventStore open(String url, @Nullable String user, @Nullable String password) {
    requirePostgres(url);
    String name = "The database at " + withoutParameters(url);
    HikariDataSource source = connect(config(url, user, password), name);
    try {
      migrate(source, name);
      return new JdbcEventStore(source, new Engine(name)).compacted();
    } catch (RuntimeException e) {
      source.close();
      throw e;
    }
  }

  /**
   * Says in words what answers at a URL. No table is made or migrated.
   *
   * @throws UserException if the database cannot be reached
   */
  public static String inspect(String url, @Nullable String user, @Nullable String password) {
    requirePostgres(url);
    String name = "The database at " + withoutParameters(url);
    try (HikariDataSource source = connect(config(url, user, password), name);
        Connection connection = source.getConnection()) {
      DatabaseMetaData server = connection.getMetaData();
      return "PostgreSQL %s at %s"
          .formatted(server.getDatabaseProductVersion(), withoutParameters(url));
    } catch (SQLException e) {
      throw new UserException(
          "%s cannot be asked: %s.".formatted(name, firstLine(e)),
          "Check that the server runs.",
          e);
    }
  }

  private static void requirePostgres(String url) {
    if (!url.startsWith("jdbc:postgresql:")) {
      throw new UserException(
          "\"" + url + "\" is no URL of a PostgreSQL database.",
          "Give one such as jdbc:postgresql://host:5432/optirag.");
    }
  }

  /**
   * One replica at a time: Flyway excludes others only once its own table is there and filled, and
   * of several that find none, one makes it and the rest find it empty.
   */
  private static void migrate(HikariDataSource source, String name) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("SET lock_timeout = '15s'; SELECT pg_advisory_lock(" + MIGRATION + ")");
      try {
        Migrations.run(source, "postgresql", name);
      } finally {
        statement.execute("SELECT pg_advisory_unlock(" + MIGRATION + "); SET lock_timeout = '3s'");
      }
    } catch (SQLException e) {
      throw new UserException(
          "%s lets nobody migrate its tables: %s.".formatted(name, firstLine(e)),
          "See whether another replica has been at it for long, and start again.",
          e);
    }
  }

  private static HikariConfig config(String url, @Nullable String user, @Nullable String password) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url);
    if (user != null) {
      config.setUsername(user);
    }
    if (password != null) {
      config.setPassword(password);
    }
    config.setPoolName("events");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setConnectionTimeout(PATIENCE);
    config.setValidationTimeout(1_000);
    // Whatever the server's default: what is acknowledged is on disk, and a service that vanished
    // in the middle of a transaction does not keep the others waiting for its lock.
    config.setConnectionInitSql(
        "SET synchronous_commit = on; SET lock_timeout = '3s';"
            + " SET idle_in_transaction_session_timeout = '10s'");
    Properties driver = new Properties();
    driver.setProperty("socketTimeout", "20"); // seconds; a server that has gone silent
    driver.setProperty("connectTimeout", "3");
    driver.setProperty("tcpKeepAlive", "true");
    driver.setProperty("ApplicationName", "optirag");
    config.setDataSourceProperties(driver);
    return config;
  }

  private static HikariDataSource connect(HikariConfig config, String name) {
    try {
      return new HikariDataSource(config);
    } catch (HikariPool.PoolInitializationException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new UserException(
          name + " cannot be reached: " + firstLine(cause) + ".",
          "Check the URL, the user and the password, and that the server runs.",
          e);
    }
  }

  /** A URL may carry a password among its parameters. */
  private static String withoutParameters(String url) {
    int question = url.indexOf('?');
    return question < 0 ? url : url.substring(0, question);
  }

  private static String firstLine(Throwable error) {
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("");
  }

  private record Engine(String name) implements JdbcEventStore.Engine {
    @Override
    public void exclude(Connection connection) throws SQLException {
      // A statement of its own: what follows must see what was committed while this one waited.
      try (Statement statement = connection.createStatement()) {
        statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
      }
    }

    @Override
    public String least() {
      return "least";
    }

    @Override
    public String explain(SQLException error) {
      return name + " refuses: " + firstLine(error);
    }

    @Override
    public boolean shared() {
      return true;
    }

    @Override
    public boolean fetchesInTransactions() {
      return true;
    }

    @Override
    public void snapshot(HikariDataSource source, Path target) {
      throw new UserException(
          name + " is not copied from here.",
          "Use pg_dump and pg_restore, or the server's backups.");
    }

    @Override
    public void close() {}
  }
}

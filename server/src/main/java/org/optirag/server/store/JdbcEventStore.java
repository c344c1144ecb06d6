package org.optirag.server.store;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;

/**
 * Events in a table of a relational database. Appending transactions run one after the other among
 * all processes, from before the first sequence number is drawn until after the commit: so the
 * numbers become visible in their order.
 */
final class JdbcEventStore implements EventStore {
  private static final int FETCHED = 2_000;

  private final HikariDataSource source;
  private final Engine engine;
  private final ReentrantLock appending = new ReentrantLock();

  /** What differs between databases. */
  interface Engine extends AutoCloseable {
    /** Begins the part of a transaction that no other appends in, until it ends. */
    void exclude(Connection connection) throws SQLException;

    /** What an error means to who runs the service. */
    String explain(SQLException error);

    boolean shared();

    /** Whether rows come piece by piece only within a transaction. */
    boolean fetchesInTransactions();

    void snapshot(HikariDataSource source, Path target);

    @Override
    void close();
  }

  JdbcEventStore(HikariDataSource source, Engine engine) {
    this.source = source;
    this.engine = engine;
  }

  @Override
  public Appended append(List<? extends Event> events, long received) {
    events.forEach(EventColumns::check);
    appending.lock();
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        engine.exclude(connection);
        long before = last(connection);
        try (PreparedStatement insert = connection.prepareStatement(EventColumns.INSERT)) {
          for (Event event : events) {
            EventColumns.bind(insert, event, received);
            insert.addBatch();
          }
          insert.executeBatch();
        }
        List<StoredEvent> added = added(connection, before, events, received);
        connection.commit();
        return new Appended(before, added);
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw new EventsRefusedException(engine.explain(e), e);
    } finally {
      appending.unlock();
    }
  }

  private void rollBack(Connection connection, Exception cause) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The connection is gone, or SQLite has rolled back by itself and the driver does not know.
      cause.addSuppressed(e);
      source.evictConnection(connection);
    }
  }

  private static long last(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SELECT coalesce(max(sequence), 0) FROM event")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static List<StoredEvent> added(
      Connection connection, long before, List<? extends Event> events, long received)
      throws SQLException {
    Map<String, Event> byId = HashMap.newHashMap(events.size());
    events.forEach(event -> byId.putIfAbsent(event.id(), event));
    List<StoredEvent> added = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "SELECT sequence, id FROM event WHERE sequence > ? ORDER BY sequence")) {
      select.setLong(1, before);
      try (ResultSet rows = select.executeQuery()) {
        while (rows.next()) {
          Event event = byId.get(rows.getString(2));
          if (event == null) {
            throw new SQLException("event " + rows.getString(2) + " came between");
          }
          added.add(new StoredEvent(rows.getLong(1), received, event));
        }
      }
    }
    return added;
  }

  @Override
  public void read(long after, Consumer<StoredEvent> each) {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(!engine.fetchesInTransactions());
      try (PreparedStatement select = connection.prepareStatement(EventColumns.SELECT)) {
        select.setFetchSize(FETCHED);
        select.setLong(1, after);
        try (ResultSet rows = select.executeQuery()) {
          while (rows.next()) {
            each.accept(EventColumns.read(rows));
          }
        }
      } finally {
        if (!connection.getAutoCommit()) {
          connection.rollback();
        }
      }
    } catch (SQLException e) {
      throw new EventsRefusedException(engine.explain(e), e);
    }
  }

  @Override
  public boolean shared() {
    return engine.shared();
  }

  @Override
  public void snapshot(Path target) {
    engine.snapshot(source, target);
  }

  @Override
  public void close() {
    appending.lock();
    try {
      source.close();
      engine.close();
    } finally {
      appending.unlock();
    }
  }
}

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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Events in a table of a relational database. Appending transactions run one after the other among
 * all processes, from before the first sequence number is drawn until after the commit: so the
 * numbers become visible in their order.
 */
final class JdbcEventStore implements EventStore {
  private static final Logger LOG = LoggerFactory.getLogger(JdbcEventStore.class);
  private static final int FETCHED = 2_000;

  private final HikariDataSource source;
  private final Engine engine;
  private final ReentrantLock appending = new ReentrantLock();

  /** What differs between databases. */
  interface Engine extends AutoCloseable {
    /** Begins the part of a transaction that no other appends in, until it ends. */
    void exclude(Connection connection) throws SQLException;

    /** The function that gives the least of two numbers. */
    String least();

    /** What an error means to who runs the service. */
    String explain(SQLException error);

    /** What kind of error it is. */
    default EventsRefusedException.Reason reason(SQLException error) {
      return EventsRefusedException.Reason.AWAY;
    }

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

  /** Lets go of what later events replaced; a store that has no room for that is used as it is. */
  JdbcEventStore compacted() {
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        engine.exclude(connection);
        long gone = Compaction.run(connection, engine.least());
        connection.commit();
        LOG.info("{} events went that later ones replaced.", gone);
      } catch (SQLException | RuntimeException e) {
        rollBack(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      LOG.warn("What later events replaced stays: {}", engine.explain(e));
    }
    return this;
  }

  @Override
  public Appended append(List<? extends Event> told, long moment) {
    told.forEach(EventColumns::check);
    appending.lock();
    try (Connection connection = source.getConnection()) {
      connection.setAutoCommit(false);
      try {
        engine.exclude(connection);
        Last last = last(connection);
        long before = last.sequence();
        // The order of the events is the store's, whatever the clock does.
        long received = Math.max(last.received(), moment);
        List<Event> events = told.stream().map(event -> dated(event, received)).toList();
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
      throw new EventsRefusedException(engine.reason(e), engine.explain(e), e);
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

  private static Event dated(Event event, long received) {
    return event instanceof Event.Interacted met ? met.received(received) : event;
  }

  /** The last event, which none goes before. */
  private record Last(long sequence, long received) {}

  private static Last last(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT sequence, received FROM event ORDER BY sequence DESC LIMIT 1")) {
      return row.next() ? new Last(row.getLong(1), row.getLong(2)) : new Last(0, Long.MIN_VALUE);
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
      throw new EventsRefusedException(engine.reason(e), engine.explain(e), e);
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

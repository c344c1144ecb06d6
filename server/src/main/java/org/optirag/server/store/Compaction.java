package org.optirag.server.store;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Lets events go that later ones replaced, and keeps their ids: an earlier word on the same user
 * and item, an item's earlier texts, a user's earlier profile. So what a store holds, and the time
 * to open it, grow with what there is to know and not with how often it was told.
 *
 * <p>An interaction is replaced by one that was told later and is not earlier by its time. By
 * either of the two orders that data may have, time or telling, the later one counts then.
 */
final class Compaction {
  /** Fewer new events are not worth a look. */
  private static final long LEAST = 10_000;

  /** A look at everything, once so much of it is new: this bounds what it costs an event. */
  private static final double NEW_SHARE = 0.25;

  private static final String REPLACED =
      """
      INSERT INTO replaced (id) SELECT id FROM event WHERE sequence IN (
        SELECT sequence FROM (
          SELECT sequence, %1$s AS moment, max(%1$s) OVER (
            PARTITION BY user_id, item_id ORDER BY sequence DESC
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS later
          FROM event WHERE kind = 'interacted') AS met
        WHERE later >= moment
        UNION ALL
        SELECT sequence FROM (
          SELECT sequence, max(sequence) OVER (PARTITION BY kind, user_id, item_id) AS latest
          FROM event WHERE kind <> 'interacted') AS told
        WHERE sequence < latest)
      """;

  private Compaction() {}

  /**
   * Does it where it is worth it; the caller commits.
   *
   * @param earlier the database's name for the function that gives the least of two numbers
   * @return how many events went
   */
  static long run(Connection connection, String earlier) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      long fresh =
          number(
              statement,
              "SELECT count(*) FROM event"
                  + " WHERE sequence > (SELECT max(sequence) FROM compaction)");
      if (fresh < LEAST || fresh < NEW_SHARE * number(statement, "SELECT count(*) FROM event")) {
        return 0;
      }
      // A sender whose clock is ahead does not act in the future.
      statement.executeUpdate(REPLACED.formatted(earlier + "(time, received)"));
      long gone =
          statement.executeUpdate("DELETE FROM event WHERE id IN (SELECT id FROM replaced)");
      // The last event has no later one: the numbers that are drawn go on from there.
      statement.executeUpdate("UPDATE compaction SET sequence = (SELECT max(sequence) FROM event)");
      return gone;
    }
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }
}

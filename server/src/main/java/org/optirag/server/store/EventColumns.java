package org.optirag.server.store;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.recommender.knowledge.Event;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Events as rows of the table. */
final class EventColumns {
  static final String INSERT =
      "INSERT INTO event (id, received, kind, user_id, item_id, liked, rating, time, title, fields)"
          + " SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
          + " WHERE NOT EXISTS (SELECT 1 FROM replaced WHERE id = ?) ON CONFLICT (id) DO NOTHING";

  static final String SELECT =
      "SELECT sequence, id, received, kind, user_id, item_id, liked, rating, time, title, fields"
          + " FROM event WHERE sequence > ? ORDER BY sequence";

  private static final JsonMapper JSON = JsonMapper.shared();

  private EventColumns() {}

  static void bind(PreparedStatement insert, Event event, long received) throws SQLException {
    insert.setString(1, event.id());
    insert.setLong(2, received);
    insert.setString(11, event.id());
    switch (event) {
      case Event.Interacted(
              String id,
              String user,
              String item,
              boolean liked,
              OptionalDouble rating,
              long time) -> {
        bindNames(insert, "interacted", user, item);
        insert.setInt(6, liked ? 1 : 0);
        if (rating.isPresent()) {
          insert.setDouble(7, rating.getAsDouble());
        } else {
          insert.setNull(7, Types.DOUBLE);
        }
        insert.setLong(8, time);
        bindTexts(insert, null, null);
      }
      case Event.Described(String id, String item, String title, List<Field> fields) -> {
        bindNames(insert, "described", null, item);
        bindNoMeeting(insert);
        bindTexts(insert, title, fields);
      }
      case Event.Introduced(String id, String user, List<Field> profile) -> {
        bindNames(insert, "introduced", user, null);
        bindNoMeeting(insert);
        bindTexts(insert, null, profile);
      }
    }
  }

  private static void bindNames(
      PreparedStatement insert, String kind, @Nullable String user, @Nullable String item)
      throws SQLException {
    insert.setString(3, kind);
    insert.setString(4, user);
    insert.setString(5, item);
  }

  private static void bindNoMeeting(PreparedStatement insert) throws SQLException {
    insert.setNull(6, Types.SMALLINT);
    insert.setNull(7, Types.DOUBLE);
    insert.setNull(8, Types.BIGINT);
  }

  private static void bindTexts(
      PreparedStatement insert, @Nullable String title, @Nullable List<Field> fields)
      throws SQLException {
    insert.setString(9, title);
    insert.setString(
        10,
        fields == null
            ? null
            : JSON.writeValueAsString(
                fields.stream().map(field -> List.of(field.name(), field.value())).toList()));
  }

  static StoredEvent read(ResultSet row) throws SQLException {
    String id = row.getString(2);
    String kind = row.getString(4);
    Event event =
        switch (kind) {
          case "interacted" -> {
            double rating = row.getDouble(8);
            OptionalDouble given =
                row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(rating);
            yield new Event.Interacted(
                id, row.getString(5), row.getString(6), row.getInt(7) != 0, given, row.getLong(9));
          }
          case "described" ->
              new Event.Described(id, row.getString(6), row.getString(10), fields(row));
          case "introduced" -> new Event.Introduced(id, row.getString(5), fields(row));
          default -> throw new SQLException("event " + id + " is of the unknown kind " + kind);
        };
    return new StoredEvent(row.getLong(1), row.getLong(3), event);
  }

  private static List<Field> fields(ResultSet row) throws SQLException {
    return JSON.readValue(row.getString(11), new TypeReference<List<List<String>>>() {}).stream()
        .map(pair -> new Field(pair.get(0), pair.get(1)))
        .toList();
  }

  /**
   * Checks that every text of an event comes back as it was.
   *
   * @throws IllegalArgumentException if one does not
   */
  static void check(Event event) {
    Stream<String> texts =
        switch (event) {
          case Event.Interacted met -> Stream.of(met.id(), met.user(), met.item());
          case Event.Described told ->
              Stream.concat(Stream.of(told.id(), told.item(), told.title()), texts(told.fields()));
          case Event.Introduced told ->
              Stream.concat(Stream.of(told.id(), told.user()), texts(told.profile()));
        };
    texts.forEach(text -> {
      if (text.codePoints().anyMatch(c -> c == 0 || (c >= 0xD800 && c <= 0xDFFF))) {
        throw new IllegalArgumentException(
            "event " + event.id() + " holds a NUL or half of a surrogate pair");
      }
    });
  }

  private static Stream<String> texts(List<Field> fields) {
    return fields.stream().flatMap(field -> Stream.of(field.name(), field.value()));
  }
}

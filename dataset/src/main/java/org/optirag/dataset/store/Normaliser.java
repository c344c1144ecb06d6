package org.optirag.dataset.store;

import java.nio.file.Path;
import java.util.List;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Part;
import org.optirag.dataset.Untitled;
import org.optirag.dataset.source.Rules;

/**
 * Makes the imported form of the staging tables raw, item_texts and user_texts: keeps the last of
 * repeated interactions (within a request, where requests are known), takes the core, orders by
 * time, numbers users and items by their ids. Times are written to the second, in the order of what
 * was finer.
 *
 * <p>Rows without times get their place in the order as time. What a user did last comes after what
 * all others did before, so that it can be held out: the last row of each user with at least three
 * is later than every other row, and the last but one later than all the rest. Where the source has
 * a split of its own, its validation and test rows come last instead.
 */
final class Normaliser {
  private final Duck duck;
  private final Rules rules;
  private final List<String> itemFields;
  private final List<String> userFields;
  private final List<Path> files;
  private final Rejects rejects;

  Normaliser(
      Duck duck,
      Rules rules,
      List<String> itemFields,
      List<String> userFields,
      List<Path> files,
      Rejects rejects) {
    this.duck = duck;
    this.rules = rules;
    this.itemFields = itemFields;
    this.userFields = userFields;
    this.files = files;
    this.rejects = rejects;
  }

  /** What was kept. */
  record Result(
      long interactions,
      int users,
      int items,
      int untitled,
      long repeats,
      boolean timed,
      boolean split,
      int requests) {}

  /** Writes the Parquet files into a directory. */
  Result write(Path directory) {
    boolean timed = duck.number("SELECT count(*) FROM raw WHERE time IS NULL") == 0;
    boolean split = duck.number("SELECT count(*) FROM raw WHERE part IS NOT NULL") > 0;
    boolean shown = duck.number("SELECT count(*) FROM raw WHERE request IS NOT NULL") > 0;
    number(shown);
    long repeats = dropRepeats(timed);
    takeCore();
    keep("users", "u", "all_users", false);
    keep("items", "i", "all_items", rules.allItems());
    order(timed, split);
    duck.run(
        "COPY (SELECT users.number AS \"user\", items.number AS item, rating, label, time"
            + (split ? ", part" : "")
            + (shown ? ", coalesce(request, " + Interactions.ALONE + ") AS request" : "")
            + " FROM ordered JOIN users USING (u) JOIN items USING (i) ORDER BY time, nanos, seq) TO "
            + parquet(directory, "interactions"));
    writeTexts(directory, "items", "item_texts", itemFields, true);
    writeTexts(directory, "users", "user_texts", userFields, false);
    return new Result(
        duck.number("SELECT count(*) FROM kept"),
        (int) duck.number("SELECT count(*) FROM users"),
        (int) duck.number("SELECT count(*) FROM items"),
        (int)
            duck.number(
                "SELECT count(*) FROM items LEFT JOIN texts_of_items t USING (id)"
                    + " WHERE t.title IS NULL"),
        repeats,
        timed,
        split,
        (int) duck.number("SELECT count(DISTINCT request) FROM kept"));
  }

  /** Replaces ids by numbers, so that what follows works on small rows. */
  private void number(boolean shown) {
    duck.run(
        "CREATE TABLE all_users AS SELECT (row_number() OVER ("
            + byId("id")
            + "))::INTEGER AS u, id"
            + " FROM (SELECT DISTINCT \"user\" AS id FROM raw)");
    String ids = "SELECT item AS id FROM raw";
    if (rules.allItems()) {
      ids += " UNION ALL SELECT id FROM item_texts";
    }
    duck.run(
        "CREATE TABLE all_items AS SELECT (row_number() OVER ("
            + byId("id")
            + "))::INTEGER AS i, id"
            + " FROM (SELECT DISTINCT id FROM ("
            + ids
            + "))");
    if (shown) {
      numberRequests();
    }
    duck.run(
        "CREATE TABLE kept AS SELECT seq, file, line, u, i, rating, label, time, nanos, part,"
            + (shown ? " request" : " NULL::INTEGER AS request")
            + (" FROM " + (shown ? "asked" : "raw") + " told")
            + " JOIN all_users ON told.\"user\" = all_users.id"
            + " JOIN all_items ON told.item = all_items.id");
    duck.run("DROP TABLE raw");
    duck.run("DROP TABLE IF EXISTS asked");
  }

  /**
   * Numbers the requests: an id counts for its user and part. All rows of one get its first time,
   * so that no moment parts them and none of them lies before another.
   */
  private void numberRequests() {
    String key = "\"user\", coalesce(part, -1) AS of, request";
    duck.run(
        "CREATE TABLE requests AS SELECT "
            + (key + ", min((time, nanos)) AS first,")
            + " (row_number() OVER (ORDER BY min((time, nanos)), min(seq)) - 1)::INTEGER AS r"
            + " FROM raw WHERE request IS NOT NULL GROUP BY ALL");
    duck.run(
        "CREATE TABLE asked AS SELECT seq, file, line, raw.\"user\", item, rating, label, part,"
            + " coalesce(first[1], time) AS time, coalesce(first[2], nanos) AS nanos,"
            + " r AS request FROM raw LEFT JOIN requests"
            + " ON raw.\"user\" = requests.\"user\" AND raw.request = requests.request"
            + " AND coalesce(part, -1) = of");
    duck.run("DROP TABLE requests");
  }

  /** Ids that are whole numbers first, by their value; then the others, by their bytes. */
  private static String byId(String id) {
    String whole = "regexp_full_match(" + id + ", '[+-]?[0-9]{1,18}')";
    return "ORDER BY CASE WHEN " + whole + " THEN " + id + "::BIGINT END NULLS LAST, " + id;
  }

  private long dropRepeats(boolean timed) {
    tellAcrossParts();
    duck.run(
        "CREATE TABLE repeated AS SELECT seq, file, line,"
            + " part IS DISTINCT FROM first_value(part) OVER latest AS across FROM kept"
            + " SEMI JOIN (SELECT u, i FROM kept GROUP BY u, i HAVING count(*) > 1) USING (u, i)"
            + " WINDOW latest AS (PARTITION BY u, i, request ORDER BY "
            + (timed ? "time DESC, nanos DESC, " : "")
            + "seq DESC) QUALIFY row_number() OVER latest > 1");
    long repeats = duck.number("SELECT count(*) FROM repeated");
    if (repeats > 0) {
      duck.query(
          "SELECT file, line, across FROM repeated WHERE file >= 0 ORDER BY file, line",
          row ->
              rejects.mended(
                  files.get(row.getInt(1)),
                  row.getLong(2),
                  row.getBoolean(3)
                      ? "the same user and item stand in another part of the split; the last row"
                          + " counts"
                      : "the same user and item stand in another row; the last one counts",
                  ""));
      duck.run("DELETE FROM kept WHERE seq IN (SELECT seq FROM repeated)");
    }
    return repeats;
  }

  /** Tells what stands in several parts of a split, before all but its last row are left out. */
  private void tellAcrossParts() {
    duck.query(
        "SELECT parts, count(*), bool_or(asked) FROM (SELECT bit_or(1 << part) AS parts,"
            + " count(request) > 0 AS asked FROM kept WHERE part IS NOT NULL AND file >= 0"
            + " GROUP BY u, i) GROUP BY parts ORDER BY parts",
        row ->
            Notes.acrossParts(row.getInt(1), row.getLong(2), row.getBoolean(3))
                .ifPresent(rejects::noted));
  }

  private void takeCore() {
    if (rules.core() == 1) {
      return;
    }
    long before;
    long now = duck.number("SELECT count(*) FROM kept");
    do {
      before = now;
      for (String key : List.of("u", "i")) {
        duck.run(
            "DELETE FROM kept WHERE "
                + (key + " IN (SELECT " + key + " FROM kept GROUP BY " + key)
                + (" HAVING count(*) < " + rules.core() + ")"));
      }
      now = duck.number("SELECT count(*) FROM kept");
    } while (now < before);
  }

  /** Numbers those that are left 0, 1, 2, … in the order of their ids. */
  private void keep(String table, String key, String of, boolean all) {
    duck.run(
        "CREATE TABLE "
            + (table + " AS SELECT (row_number() OVER (ORDER BY " + key + ") - 1)::INTEGER")
            + (" AS number, " + key + ", id FROM " + of)
            + (all ? "" : " SEMI JOIN kept USING (" + key + ")"));
  }

  private void order(boolean timed, boolean split) {
    if (timed) {
      duck.run("CREATE VIEW ordered AS SELECT * FROM kept");
      return;
    }
    String place =
        rules.order() == Rules.Order.FILE ? "seq" : "md5(concat_ws(' ', users.id, items.id)), seq";
    String round =
        split
            ? "CASE part WHEN "
                + (Part.VALIDATION.ordinal() + " THEN 1 WHEN " + Part.TEST.ordinal())
                + " THEN 2 ELSE 0 END"
            : "CASE WHEN rows < 3 THEN 0 WHEN after = 1 THEN 2 WHEN after = 2 THEN 1 ELSE 0 END";
    duck.run(
        "CREATE TABLE ordered AS WITH"
            + (" placed AS (SELECT kept.*, row_number() OVER (ORDER BY " + place + ") AS place")
            + " FROM kept JOIN users USING (u) JOIN items USING (i)),"
            + " counted AS (SELECT *, count(*) OVER (PARTITION BY u) AS rows,"
            + " row_number() OVER (PARTITION BY u ORDER BY place DESC) AS after FROM placed),"
            + (" rounds AS (SELECT *, " + round + " AS round FROM counted)")
            + " SELECT place AS seq, u, i, rating, label, part, request, 0 AS nanos,"
            + " CASE round WHEN 0 THEN place ELSE (SELECT count(*) FROM kept) + round END AS time"
            + " FROM rounds");
  }

  private void writeTexts(
      Path directory, String ids, String texts, List<String> fields, boolean titled) {
    StringBuilder columns = new StringBuilder("number, id");
    if (titled) {
      columns.append(", coalesce(t.title, " + Untitled.sql("id") + ") AS title");
    }
    for (int f = 0; f < fields.size(); f++) {
      columns
          .append(", f")
          .append(f)
          .append(" AS ")
          .append(Duck.identifier("field " + fields.get(f)));
    }
    String first = "texts_of_" + ids;
    duck.run(
        "CREATE TABLE "
            + first
            + " AS SELECT * FROM "
            + texts
            + " QUALIFY row_number() OVER (PARTITION BY id ORDER BY seq) = 1");
    duck.query(
        "SELECT file, line, id FROM "
            + texts
            + " ANTI JOIN "
            + first
            + " USING (seq) ORDER BY file, line",
        row ->
            rejects.mended(
                files.get(row.getInt(1)),
                row.getLong(2),
                "the id '" + row.getString(3) + "' stands in an earlier row, which counts",
                ""));
    duck.run(
        "COPY (SELECT "
            + columns
            + " FROM "
            + ids
            + " LEFT JOIN "
            + first
            + " t USING (id) ORDER BY number) TO "
            + parquet(directory, ids));
  }

  private static String parquet(Path directory, String name) {
    return Duck.literal(directory.resolve(name + ".parquet"))
        + " (FORMAT parquet, COMPRESSION zstd)";
  }
}

package org.optirag.dataset.store;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Cells;
import org.optirag.dataset.source.Complaints;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.source.Source.TextTable;

/**
 * Looks over the tables of an import for what is seldom meant: constant columns, empty texts, ids
 * that are written in two ways.
 */
final class Findings {
  /** What differs when the same id is written by another program, and ids without it. */
  private record Cause(String words, String plain) {}

  private static final List<Cause> CAUSES =
      List.of(
          new Cause("'.0' at the end", "regexp_replace(%s, '\\.0+$', '')"),
          new Cause("leading zeros", "regexp_replace(%s, '^0+([0-9])', '\\1')"),
          new Cause("upper and lower case", "lower(%s)"),
          new Cause(
              "blanks or characters that are not seen",
              "regexp_replace(%s, '[\\s\\x{A0}\\x{200B}\\x{FEFF}]', '', 'g')"),
          new Cause("quotes around them", "trim(%s, '\"''')"),
          new Cause("accents as characters of their own", "nfc_normalize(%s)"),
          new Cause(
              "case and zeros",
              "regexp_replace(regexp_replace(lower(%s), '^0+([0-9])', '\\1'), '\\.0+$', '')"));

  private final Duck duck;
  private final Source source;
  private final Rules rules;
  private final Complaints complaints;

  Findings(Duck duck, Source source, Rules rules, Complaints complaints) {
    this.duck = duck;
    this.source = source;
    this.rules = rules;
    this.complaints = complaints;
  }

  /** How the labels of what is kept come about; null where nothing is. */
  @Nullable String labels() {
    String by =
        Notes.likedBy(
            source.interactions().stream()
                .anyMatch(table -> table.rating() != null && table.click() == null),
            source.interactions().stream().anyMatch(table -> table.click() != null),
            rules.likedFrom(),
            rules.likedFrom() != source.rules().likedFrom(),
            source.thresholdGiven(),
            source.format());
    @Nullable String[] labels = new String[1];
    duck.query(
        "SELECT count_if(label), count(*) FROM kept",
        row ->
            labels[0] =
                row.getLong(2) == 0 ? null : Notes.labels(row.getLong(1), row.getLong(2), by));
    return labels[0];
  }

  /** Tells what stands out, once the {@link Normaliser} has made its tables. */
  void tell(List<String> itemFields, List<String> userFields) {
    ofInteractions();
    ofIds("item", "items", "i", source.items());
    ofIds("user", "users", "u", source.users());
    ofTexts("item", "items", source.items(), itemFields);
    ofTexts("user", "users", source.users(), userFields);
  }

  private void ofInteractions() {
    boolean rated = source.interactions().stream().anyMatch(table -> table.rating() != null);
    boolean clicked = source.interactions().stream().anyMatch(table -> table.click() != null);
    duck.query(
        "SELECT count(*), min(label), max(label), min(time), max(time), count_if(label) FROM kept",
        row -> {
          if (row.getLong(1) < 2) {
            return;
          }
          if ((rated || clicked) && row.getBoolean(2) == row.getBoolean(3)) {
            complaints.noted(Notes.oneLabel(row.getBoolean(2), rules.likedFrom(), !clicked));
          }
          if (rated || clicked) {
            Notes.rareLabel(row.getLong(6), row.getLong(1), !clicked, rules.likedFrom())
                .ifPresent(complaints::noted);
          }
          long last = row.getLong(5);
          if (row.wasNull()) {
            return;
          }
          if (row.getLong(4) == last) {
            complaints.noted(Notes.oneTime(last));
          } else if (Notes.isOrder(last)) {
            complaints.noted(Notes.order(last));
          }
        });
  }

  private void ofIds(String what, String ids, String key, List<TextTable> tables) {
    String touched = ids + " SEMI JOIN kept USING (" + key + ")";
    duck.query(
        "SELECT count(*), any_value(id) FROM "
            + touched
            + " HAVING count(*) = 1"
            + " AND (SELECT count(*) FROM kept) > 1",
        row -> complaints.noted(Notes.alone(what, row.getString(2))));
    duck.query(
        ("SELECT count(*), min(a.id), min(b.id) FROM " + ids + " a JOIN " + ids + " b ON b.id =")
            + " regexp_replace(a.id, '\\.0+$', '') AND a.id <> b.id",
        row -> {
          if (row.getLong(1) > 0) {
            complaints.noted(Notes.twins(what, row.getLong(1), row.getString(3), row.getString(2)));
          }
        });
    if (tables.isEmpty()) {
      return;
    }
    String texts = "texts_of_" + ids;
    List<String> files =
        tables.stream()
            .map(table -> String.valueOf(table.file().getFileName()))
            .distinct()
            .toList();
    long all = duck.number("SELECT count(*) FROM " + touched);
    if (all == 0 || duck.number("SELECT count(*) FROM " + texts) == 0) {
      return;
    }
    String missing = "missing_" + ids;
    String spare = "spare_" + ids;
    duck.run(
        ("CREATE TABLE " + missing + " AS SELECT id FROM (SELECT id FROM " + touched)
            + (") ANTI JOIN " + texts + " USING (id)"));
    duck.run(
        ("CREATE TABLE " + spare + " AS SELECT id FROM " + texts)
            + (" ANTI JOIN (SELECT id FROM " + touched + ") USING (id)"));
    long left = duck.number("SELECT count(*) FROM " + missing);
    for (Cause cause : CAUSES) {
      if (left > 0) {
        String same = cause.plain().formatted("a.id") + " = " + cause.plain().formatted("b.id");
        left -= told(what, ids, same, all, files, cause.words());
      }
    }
    if (left > 1) {
      left -= prefixed(what, ids, all, left, files);
    }
    boolean leavesOut = what.equals("item") && left < all && !rules.allItems();
    if (leavesOut) {
      duck.query(
          "SELECT count(*), min(id), (SELECT count(*) FROM " + texts + ") FROM " + spare,
          row -> {
            if (row.getLong(1) > 0) {
              complaints.noted(
                  Notes.untouched(row.getLong(1), row.getLong(3), files, row.getString(2)));
            }
          });
    }
    if (left == 0) {
      return;
    }
    long unknown = left;
    duck.query(
        "SELECT (SELECT min(id) FROM " + missing + "), (SELECT min(id) FROM " + spare + ")",
        row -> {
          String id = row.getString(1);
          String other = row.getString(2);
          complaints.noted(
              unknown == all
                  ? Notes.strangers(what, files, id, other)
                  : Notes.missing(
                      what, unknown, all, files, id, leavesOut ? null : other)); // told above
        });
  }

  /** Tells of ids that are the same but for a cause, and takes them from those that are missing. */
  private long told(
      String what, String ids, String same, long all, List<String> files, String cause) {
    duck.run(
        ("CREATE OR REPLACE TABLE alike AS SELECT a.id AS a, min(b.id) AS b FROM missing_" + ids)
            + (" a JOIN spare_" + ids + " b ON " + same + " GROUP BY a.id"));
    long count = duck.number("SELECT count(*) FROM alike");
    if (count > 0) {
      duck.query(
          "SELECT min(a), min_by(b, a) FROM alike",
          row ->
              complaints.noted(
                  Notes.alike(what, count, all, cause, files, row.getString(1), row.getString(2))));
      duck.run("DELETE FROM missing_" + ids + " WHERE id IN (SELECT a FROM alike)");
      duck.run("DELETE FROM spare_" + ids + " WHERE id IN (SELECT b FROM alike)");
    }
    return count;
  }

  /** Looks for a text that stands before the numbers of one side, and is another on the other. */
  private long prefixed(String what, String ids, long all, long left, List<String> files) {
    String parted =
        "(SELECT id, regexp_extract(id, '[0-9]+$') AS number,"
            + " regexp_replace(id, '[0-9]+$', '') AS before FROM %s"
            + " WHERE regexp_matches(id, '[0-9]$'))";
    long[] found = new long[1];
    String[] before = {"", ""};
    duck.query(
        "SELECT count(*), a.before, b.before FROM "
            + (parted.formatted("missing_" + ids) + " a JOIN ")
            + (parted.formatted("spare_" + ids) + " b USING (number)")
            + " WHERE a.before <> b.before GROUP BY ALL ORDER BY 1 DESC, 2, 3 LIMIT 1",
        row -> {
          found[0] = row.getLong(1);
          before[0] = row.getString(2);
          before[1] = row.getString(3);
        });
    long least = Math.min(left, duck.number("SELECT count(*) FROM spare_" + ids));
    if (found[0] < 2 || found[0] * 2 < least) {
      return 0; // by chance
    }
    String same =
        "starts_with(a.id, %1$s) AND substr(a.id, length(%1$s) + 1) = substr(b.id, length(%2$s) + 1)"
                .formatted(quoted(before[0]), quoted(before[1]))
            + (" AND starts_with(b.id, " + quoted(before[1]) + ")");
    return told(
        what,
        ids,
        same,
        all,
        files,
        "a prefix: '" + before[0] + "' in the one and '" + before[1] + "' in the other");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "''") + "'";
  }

  private void ofTexts(String what, String ids, List<TextTable> tables, List<String> fields) {
    if (tables.stream().anyMatch(table -> table.title() != null)) {
      ofText(what, ids, "title", "title");
    }
    for (int f = 0; f < fields.size(); f++) {
      ofText(what, ids, "f" + f, "field '" + fields.get(f) + "'");
    }
  }

  private void ofText(String what, String ids, String column, String field) {
    duck.query(
        ("SELECT count(*), count(" + column + "), count(DISTINCT " + column + "),")
            + (" min(" + column + ") FROM texts_of_" + ids),
        row -> {
          if (row.getLong(1) > 0 && row.getLong(2) == 0) {
            complaints.noted(Notes.empty(what, field));
          } else if (row.getLong(1) > 1
              && row.getLong(2) == row.getLong(1)
              && row.getLong(3) == 1) {
            complaints.noted(Notes.constant(what, field, Cells.excerpt(row.getString(4))));
          }
        });
  }
}

package org.optirag.dataset.store;

import java.util.List;
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
  /** An id without what differs when the same is written by another program. */
  private static final String PLAIN =
      "regexp_replace(regexp_replace(lower(%s), '^0+([0-9])', '\\1'), '\\.0+$', '')";

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
        "SELECT count(*), min(label), max(label), min(time), max(time) FROM kept",
        row -> {
          if (row.getLong(1) < 2) {
            return;
          }
          if ((rated || clicked) && row.getBoolean(2) == row.getBoolean(3)) {
            complaints.noted(Notes.oneLabel(row.getBoolean(2), rules.likedFrom(), !clicked));
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
    boolean[] found = new boolean[1];
    duck.query(
        ("SELECT count(*), min(a.id), min_by(b.id, a.id) FROM (SELECT id FROM " + touched)
            + (" ANTI JOIN " + texts + " USING (id)) a JOIN (SELECT id FROM " + texts)
            + (" ANTI JOIN " + ids + " USING (id)) b ON " + PLAIN.formatted("a.id") + " = ")
            + PLAIN.formatted("b.id"),
        row -> {
          if (row.getLong(1) > 0) {
            found[0] = true;
            complaints.noted(
                Notes.alike(what, row.getLong(1), files, row.getString(2), row.getString(3)));
          }
        });
    if (!found[0]) {
      duck.query(
          ("SELECT (SELECT min(id) FROM " + touched + "), min(id) FROM " + texts)
              + (" HAVING count(*) > 0 AND EXISTS (FROM "
                  + touched
                  + ") AND NOT EXISTS (FROM "
                  + touched
                  + " SEMI JOIN "
                  + texts)
              + " USING (id))",
          row ->
              complaints.noted(Notes.strangers(what, files, row.getString(1), row.getString(2))));
    }
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

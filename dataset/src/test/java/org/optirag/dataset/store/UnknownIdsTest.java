package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ids of the interactions that are not in the tables of texts are told, with the likely cause. */
class UnknownIdsTest {
  private static final String MAPPING =
      """
      name: t
      interactions: {file: r.csv, user: u, item: i}
      items: {file: i.csv, id: id, title: name}
      """;

  @TempDir Path temporary;

  /** Of ten items three are written otherwise, and one more is nowhere. */
  private List<String> notes(IntFunction<String> item, IntFunction<String> three)
      throws IOException {
    StringBuilder rows = new StringBuilder("u,i\n");
    StringBuilder items = new StringBuilder("id,name\n");
    for (int n = 0; n < 10; n++) {
      rows.append("u%d,%s\n".formatted(n % 2, n < 3 ? three.apply(n) : item.apply(n)));
      items.append("%s,Thing %d\n".formatted(item.apply(n), n));
    }
    GivenFiles files =
        new GivenFiles(java.nio.file.Files.createTempDirectory(temporary, "case"))
            .file("r.csv", rows + "u0,nowhere\n")
            .file("i.csv", items.toString());
    List<String> notes = files.mapped(MAPPING).manifest().notes();
    assertThat(files.checked(files.source(MAPPING)).notes()).isEqualTo(notes);
    assertThat(notes)
        .as("one that no cause explains")
        .filteredOn(note -> note.contains("nowhere"))
        .singleElement()
        .asString()
        .contains(" of 11 items (", " are not in i.csv, such as 'nowhere'");
    return notes;
  }

  private static String alike(String cause, String there, String here) {
    return ("3 of 11 items (27.3 %%) have no text because their ids are written differently (%s),"
            + " such as '%s' in the interactions and '%s' in i.csv; write them alike")
        .formatted(cause, there, here);
  }

  @Test
  void theLikelyCauseIsNamed() throws IOException {
    assertThat(notes(n -> "1" + n, n -> "1" + n + ".0"))
        .contains(alike("'.0' at the end", "10.0", "10"));
    assertThat(notes(n -> "1" + n, n -> "001" + n)).contains(alike("leading zeros", "0010", "10"));
    assertThat(notes(n -> "001" + n, n -> "1" + n)).contains(alike("leading zeros", "10", "0010"));
    assertThat(notes(n -> "sku" + n, n -> "SKU" + n))
        .contains(alike("upper and lower case", "SKU0", "sku0"));
    assertThat(notes(n -> "a " + n, n -> "a" + n))
        .contains(alike("blanks or characters that are not seen", "a0", "a 0"));
    assertThat(notes(n -> "a" + n, n -> "a" + n + "\u200B"))
        .contains(alike("blanks or characters that are not seen", "a0\u200B", "a0"));
    assertThat(notes(n -> "a" + n, n -> "'a" + n + "'"))
        .contains(alike("quotes around them", "'a0'", "a0"));
    assertThat(notes(n -> "\u00E9" + n, n -> "e\u0301" + n))
        .contains(alike("accents as characters of their own", "e\u03010", "\u00E90"));
    assertThat(notes(n -> "1" + n, n -> "item_1" + n))
        .contains(alike("a prefix: 'item_' in the one and '' in the other", "item_10", "10"));
    assertThat(notes(n -> "movie/1" + n, n -> "m1" + n))
        .contains(alike("a prefix: 'm' in the one and 'movie/' in the other", "m10", "movie/10"));
  }

  @Test
  void itemsThatNobodyTouchedAreSaidToBeLeftOut() throws IOException {
    GivenFiles files = new GivenFiles(temporary);
    files.file("r.csv", "u,i\na,1\nb,2\n");
    files.file("i.csv", "id,name\n1,Soap\n2,Tea\n3,Salt\n4,Oil\n");
    String mapping =
        """
        name: t
        interactions: {file: r.csv, user: u, item: i}
        items: {file: i.csv, id: id, title: name}
        """;
    String note =
        "2 of 4 items of i.csv, such as '3', have no interaction that counts and are left out;"
            + " 'all-items: true' keeps them";
    assertThat(files.mapped(mapping).manifest().notes()).contains(note);
    assertThat(files.checked(files.source(mapping)).notes()).contains(note);
    assertThat(files.mapped(mapping + "rules: {all-items: true}\n").manifest().notes())
        .noneMatch(each -> each.contains("left out"));
  }

  @Test
  void withoutACauseTheyAreToldWithExamplesOfBothSides() throws IOException {
    assertThat(notes(n -> "1" + n, n -> "x" + "abc".charAt(n)))
        .containsExactly(
            "3 of 10 items of i.csv, such as '10', have no interaction that counts and are left out;"
                + " 'all-items: true' keeps them",
            "4 of 11 items (36.4 %) are not in i.csv, such as 'nowhere'");
  }

  @Test
  void usersAndUntouchedTextsAreToldToo() throws IOException {
    GivenFiles files =
        new GivenFiles(temporary)
            .file("r.csv", "u,i\n1,x\n2,y\n3.0,x\n4,y\n")
            .file("u.csv", "id,age\n1,20\n2,30\n3,40\n9,50\n");
    String mapping =
        "name: t\ninteractions: {file: r.csv, user: u, item: i}\n"
            + "users: {file: u.csv, id: id, fields: {age: age}}\n";
    assertThat(files.mapped(mapping).manifest().notes())
        .containsExactly(
            "1 of 4 users (25.0 %) have no text because their ids are written differently ('.0' at"
                + " the end), such as '3.0' in the interactions and '3' in u.csv; write them alike",
            "1 of 4 users (25.0 %) are not in u.csv, such as '4'; an id there that no"
                + " interaction has is '9'");
    assertThat(
            files
                .mapped(
                    mapping.replace("users: {file: u.csv, id: id, fields: {age: age}}", "")
                        + "items: {file: u.csv, id: id, title: age}\nrules: {all-items: true}\n")
                .manifest()
                .notes())
        .as("items that nobody touched are kept, and are no excuse")
        .contains(
            "no item of the interactions is one of u.csv: there they are called such as 'x', here"
                + " '1'");
  }
}

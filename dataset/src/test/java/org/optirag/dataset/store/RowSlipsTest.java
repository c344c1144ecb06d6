package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

/** Rows that look well and are not are left out with a reason, none is read in part. */
class RowSlipsTest {
  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files = new GivenFiles(temporary);
  }

  private List<String> reasons(String file, String content) throws IOException {
    files.file(file, content);
    Check check =
        files.checked(
            files.source(
                "name: t\ninteractions: {file: "
                    + file
                    + ", user: u, item: i, rating: r}\nrules: {most-broken: 1}\n"));
    return check.first().stream()
        .filter(Check.Reject::broken)
        .map(reject -> reject.line() + ": " + reject.reason())
        .toList();
  }

  @Test
  void aLineOfJsonHoldsOneRecordAndEachFieldOnce() throws IOException {
    assertThat(
            reasons(
                "r.jsonl",
                """
                {"u": 1, "i": 1, "r": 5}
                {"u": 1, "i": 2, "r": 5}{"u": 2, "i": 3, "r": 5}
                {"u": 1, "i": 4, "r": 5} more
                {"u": 1, "u": 2, "i": 5, "r": 5}
                {"u": 1, "i": 6, "r": 5
                {"u": 1, "i": 7, "r": 5,}
                {"u": 1, "i": 8, "r": 5}
                """))
        .hasSize(5)
        .contains("2: more than one record in the line", "4: the field 'u' is there twice")
        .anyMatch(reason -> reason.startsWith("3: not JSON at character "))
        .anyMatch(reason -> reason.startsWith("5: not JSON"))
        .anyMatch(reason -> reason.startsWith("6: not JSON at character "))
        .noneMatch(reason -> reason.contains("token") || reason.contains("expecting"));
  }

  @Test
  void ratingsAreDecimalNumbersAlone() throws IOException {
    assertThat(
            reasons(
                "r.csv",
                "u,i,r\na,1,5f\na,2,5d\na,3,0x5p0\na,4,1\na,5,2\na,6,\"4,5\"\n"
                    + "a,7, 5 \na,8,.5\na,9,5.\na,10,+1e0\n"))
        .containsExactly(
            "2: the rating is '5f', expected a number",
            "3: the rating is '5d', expected a number",
            "4: the rating is '0x5p0', expected a number",
            "7: the rating is '4,5', expected a number with a decimal point; a mapping reads"
                + " commas by decimal: \",\"");
  }

  @Test
  void idsOfWhatIsNotSeenAreNone() throws IOException {
    assertThat(
            reasons(
                "r.csv",
                "u,i,r\n\u00A0,1,5\na,\u200B,5\n\uFEFFb,1,5\na,x\0y,5\na,x\u0007,5\na,\u00E9 1,5\n"))
        .containsExactly(
            "2: the user id is empty",
            "3: the item id is empty",
            "4: the user id holds the character U+FEFF, which is not seen",
            "5: the item id holds the character U+0000, which is not seen",
            "6: the item id holds the character U+0007, which is not seen");
  }

  @Test
  void aHeaderAmongTheRowsIsNoRow() throws IOException {
    String again = ": the line names the columns again";
    assertThat(reasons("r.csv", "u,i,r\nu,i,r\na,x,5\nu,i,r\n"))
        .containsExactly("2" + again, "4" + again);
    files.file("c.csv", "u,i\na,x\nu,i\nu,x\n");
    assertThat(
            GivenFiles.rows(
                files.mapped(
                    "name: t\ninteractions: {file: c.csv, user: u, item: i}\n"
                        + "rules: {most-broken: 1}\n")))
        .containsExactly("a x NaN + 1", "u x NaN + 2");
    files.file("s.inter", "user_id:token\titem_id:token\na\tx\nuser_id:token\titem_id:token\n");
    assertThat(
            files
                .checked(
                    files.source(
                        "name: t\ninteractions: {file: s.inter, user: user_id, item: item_id}\n"))
                .broken())
        .isEqualTo(1);
  }

  @Test
  void linesThatEndInACarriageReturnAloneAreToldAsSuch() throws IOException {
    files.file("r.csv", "u,i\ra,x\rb,y\r");
    assertThatThrownBy(
            () -> files.mapped("name: t\ninteractions: {file: r.csv, user: u, item: i}\n"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("r.csv, line 1: the lines end in a carriage return alone.")
        .hasMessageContaining("tr '\\r' '\\n'");
  }
}

package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.workspace.UserException;

/** What is read but seldom meant is said; a name with a typo is told with the nearest right one. */
class FindingsTest {
  private static final String MAPPING =
      """
      name: t
      interactions: {file: r.csv, user: u, item: i, rating: r, time: t}
      items: {file: i.csv, id: id, title: name, fields: {brand: brand}}
      """;

  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files =
        new GivenFiles(temporary)
            .file("r.csv", "u,i,r,t\na,10,5,1700000000\nb,11,1,1700000001\n")
            .file("i.csv", "id,name,brand\n10,Soap,A\n11,Tea,B\n");
  }

  @Test
  void ordinaryDataHaveNoNotes() throws IOException {
    assertThat(files.mapped(MAPPING).manifest().notes()).isEmpty();
    assertThat(files.checked(files.source(MAPPING)).notes()).isEmpty();
  }

  @Test
  void idsThatAreWrittenAsFloatsAreSaidWithBothExamples() throws IOException {
    files.file("r.csv", "u,i,r,t\na,10.0,5,1700000000\nb,11.0,1,1700000001\n");
    String note =
        "2 of 2 items (100.0 %) have no text because their ids are written differently ('.0' at the"
            + " end), such as '10.0' in the interactions and '10' in i.csv; write them alike";
    assertThat(files.mapped(MAPPING).manifest().notes()).containsExactly(note);
    assertThat(files.checked(files.source(MAPPING)).notes()).containsExactly(note);
    files.file("r.csv", "u,i,r,t\na,0010,5,1700000000\nb,11,1,1700000001\n");
    assertThat(files.mapped(MAPPING).manifest().notes())
        .containsExactly(
            "1 of 2 items (50.0 %) have no text because their ids are written differently (leading"
                + " zeros), such as '0010' in the interactions and '10' in i.csv; write them alike");
  }

  @Test
  void recBolesFloatsAreSaidToo() throws IOException {
    Path other = java.nio.file.Files.createDirectory(temporary.resolve("other"));
    assertThat(
            new GivenFiles(other)
                .file("s.inter", "user_id:token\titem_id:token\n1.0\t10.0\n2.0\t11.0\n2\t10.0\n")
                .file("s.item", "item_id:token\ttitle:token_seq\n10\tSoap\n11\tTea\n")
                .imported()
                .manifest()
                .notes())
        .containsExactly(
            "2 of 2 items (100.0 %) have no text because their ids are written differently ('.0' at"
                + " the end), such as '10.0' in the interactions and '10' in s.item; write them"
                + " alike",
            "1 users are there twice, such as '2' and '2.0'; write them alike if they are one");
  }

  @Test
  void itemsThatNobodyTouchedAreSaidWithBothExamples() throws IOException {
    files.file("i.csv", "id,name,brand\nB001,Soap,A\nB002,Tea,B\n");
    assertThat(files.mapped(MAPPING).manifest().notes())
        .containsExactly(
            "no item of the interactions is one of i.csv: there they are called such as '10', here"
                + " 'B001'");
  }

  @Test
  void oneLabelOneTimeOneUserAreSaid() throws IOException {
    files.file("r.csv", "u,i,r,t\na,10,5,1700000000\na,11,4,1700000000\n");
    assertThat(files.mapped(MAPPING).manifest().notes())
        .containsExactly(
            "every label is 1 (liked from a rating of 4.0 on), so there is nothing to tell apart and"
                + " nothing can be learned",
            "every row has the time 2023-11-14T22:13:20Z, so they have no order",
            "every row is of the user 'a'");
    assertThat(files.mapped(MAPPING.replace("rating: r, ", "")).manifest().notes())
        .as("clicks alone have one label by their nature")
        .noneMatch(note -> note.startsWith("every label"));
  }

  @Test
  void timesThatAreNoDatesAreSaid() throws IOException {
    files.file("r.csv", "u,i,r,t\na,10,5,1\nb,11,1,45688\n");
    assertThat(files.mapped(MAPPING).manifest().notes())
        .containsExactly(
            "the times end at 1970-01-01T12:41:28Z as seconds since 1970; as an order they will do,"
                + " as dates they are none");
  }

  @Test
  void emptyAndConstantTextsAreSaid() throws IOException {
    files.file("i.csv", "id,name,brand\n10,,A\n11,n/a,A\n");
    assertThat(files.mapped(MAPPING).manifest().notes())
        .containsExactly(
            "the title of every item is empty", "the field 'brand' of every item is 'A'");
    files.file("i.csv", "id,name,brand\n10,Soap,\n11,Tea,null\n");
    assertThat(files.mapped(MAPPING).manifest().notes())
        .containsExactly("the field 'brand' of every item is empty");
  }

  @ParameterizedTest
  @ValueSource(strings = {"csv", "jsonl", "parquet"})
  void aColumnsTypoIsToldWithTheNearestName(String form) throws IOException {
    files
        .file("r.jsonl", "{\"customer\": \"a\", \"item\": \"x\"}\n")
        .file("r.csv", "customer,item\na,x\n")
        .parquet("r.parquet", "SELECT 'a' AS customer, 'x' AS item");
    assertThatThrownBy(() ->
            files.mapped(
                "name: t\ninteractions: {file: r.%s, user: custmer, item: item}\n".formatted(form)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("r." + form + " has no column 'custmer'; it has [customer, item].")
        .hasMessageContaining("Did you mean 'customer'?");
  }

  @Test
  void aColumnThatIsThereTwiceIsNotChosenFromInSilence() throws IOException {
    files.file("i.csv", "id,name,brand,name\n10,Soap,A,Sope\n");
    assertThatThrownBy(() -> files.mapped(MAPPING))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.csv has the column 'name' twice")
        .hasMessageContaining("columns:");
    assertThat(
            files
                .mapped(
                    MAPPING.replace("id: id", "id: id, columns: [id, other, brand, name]")
                        + "rules: {most-broken: 1}\n")
                .load()
                .items()
                .titles())
        .contains("Sope");
  }

  @Test
  void anotherDelimiterIsProposed() throws IOException {
    files.file("r.csv", "u;i;r;t\na;10;5;1700000000\n");
    assertThatThrownBy(() -> files.mapped(MAPPING))
        .hasMessageContaining("r.csv has no column 'u'; it has [u;i;r;t].")
        .hasMessageContaining("'delimiter: \";\"'");
  }

  @Test
  void jsonThatIsNotALineARecordIsRefusedWithTheWayOut() throws IOException {
    String mapping = MAPPING.replace("i.csv", "i.json").replace(", fields: {brand: brand}", "");
    files.file("i.json", "[{\"id\": \"10\", \"name\": \"Soap\"}]\n");
    assertThatThrownBy(() -> files.mapped(mapping))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("i.json is JSON, but not one record a line")
        .hasMessageContaining("jq -c '.[]'");
    files.file("i.json", "{\n  \"id\": \"10\"\n}\n");
    assertThatThrownBy(() -> files.mapped(mapping)).hasMessageContaining("jq -c '.'");
  }

  @Test
  void aTitleThatNoRecordHasIsNotPassedOver() throws IOException {
    files.file("i.jsonl", "{\"id\": \"10\", \"title\": \"Soap\"}\n{\"id\": \"11\"}\n");
    String mapping = MAPPING.replace("i.csv", "i.jsonl").replace(", fields: {brand: brand}", "");
    assertThatThrownBy(() -> files.mapped(mapping.replace("title: name", "title: tilte")))
        .hasMessageContaining("i.jsonl has no column 'tilte'; it has [id, title].")
        .hasMessageContaining("Did you mean 'title'?");
    assertThat(files.mapped(mapping.replace("title: name", "title: title")).load().items().titles())
        .contains("Soap");
  }

  @Test
  void aTypoInAMappingIsToldWithTheNearestName() {
    for (List<String> typo :
        List.of(
            List.of("interactions", "interaction"),
            List.of("rating", "ratign"),
            List.of("fields", "feilds"))) {
      assertThatThrownBy(() -> files.source(MAPPING.replace(typo.get(0) + ":", typo.get(1) + ":")))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("Did you mean '" + typo.get(0) + "'?");
    }
    assertThatThrownBy(
            () -> files.source(MAPPING.replace("time: t", "time: t, time-unit: milisecond")))
        .hasMessageContaining("Did you mean 'milliseconds'?");
  }
}

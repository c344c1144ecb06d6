package org.optirag.dataset.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;

/** A slip in a mapping is told by its line and field, with the way out. */
class MappingSlipsTest {
  private static final String GOOD =
      "name: t\ninteractions:\n  file: r.csv\n  user: u\n  item: i\n";

  @TempDir Path directory;

  private String refused(String yaml) throws IOException {
    Files.writeString(directory.resolve("r.csv"), "u,i\na,x\n");
    Path file = Files.writeString(directory.resolve("m.yaml"), yaml);
    UserException refusal =
        catchThrowableOfType(UserException.class, () -> Mapping.source(file, directory));
    assertThat(refusal).as(yaml).isNotNull();
    return (refusal.problem() + " " + refusal.wayOut()).replace(file.toString(), "m.yaml");
  }

  @Test
  void unknownFieldsAreToldByLineWithTheNearest() throws IOException {
    assertThat(refused(GOOD + "rules:\n  core: 2\n  liked_from: 4\n"))
        .startsWith(
            "m.yaml, line 8, field rules.liked_from is not known. Did you mean 'liked-from'");
    assertThat(refused(GOOD + "rules: {all-itmes: true}\n"))
        .startsWith("m.yaml, line 6, field rules.all-itmes is not known. Did you mean 'all-items'");
    assertThat(refused(GOOD.replace("item:", "itm:")))
        .startsWith("m.yaml, line 5, field interactions.itm is not known. Did you mean 'item'");
    assertThat(refused(GOOD + "user: {file: r.csv, id: u}\n"))
        .startsWith("m.yaml, line 6, field user is not known. Did you mean 'users'");
  }

  @Test
  void valuesOfAnotherKindAreToldByLine() throws IOException {
    assertThat(refused(GOOD.replace("user: u", "user: [u, v]")))
        .startsWith("m.yaml, line 4, field interactions.user is a list, expected a text.");
    assertThat(refused(GOOD + "rules: {core: two}\n"))
        .startsWith("m.yaml, line 6, field rules.core is 'two', expected a whole number.");
    assertThat(refused(GOOD + "rules: {core: 2.5}\n")).contains("line 6", "'2.5'");
    assertThat(refused(GOOD + "rules: [core]\n")).contains("rules is a list, expected fields");
    assertThat(refused(GOOD + "  lists: maybe\n"))
        .contains("line 6, field interactions.lists is 'maybe', expected true or false");
    assertThat(refused(GOOD + "items: r.csv\n")).contains("line 6", "'r.csv', expected fields");
    assertThat(refused(GOOD + "items: {file: r.csv, id: i, fields: [a]}\n"))
        .contains("line 6", "is a list, expected fields");
  }

  @Test
  void wordsThatAreNoneOfThoseThereAreAreToldByLine() throws IOException {
    assertThat(refused(GOOD + "rules: {zeros: dorp}\n"))
        .startsWith("m.yaml, line 6, field rules.zeros is 'dorp'. Did you mean 'drop'");
    assertThat(refused(GOOD + "  time: i\n  time-unit: sec\n"))
        .startsWith("m.yaml, line 7, field interactions.time-unit is 'sec'.");
    assertThat(refused(GOOD + "  encoding: utf9\n"))
        .contains("line 6, field interactions.encoding");
    assertThat(refused(GOOD + "  quote: abc\n")).contains("line 6, field interactions.quote");
    assertThat(refused(GOOD + "  delimiter: ''\n")).contains("delimiter is empty");
    assertThat(refused(GOOD + "  rating: r\n  click: c\n"))
        .startsWith("m.yaml, line 7, field interactions.click: both rating and click are given.");
    assertThat(refused(GOOD.replace("r.csv", "s.csv")))
        .startsWith("m.yaml, line 3, field interactions.file: there is no file");
  }

  @Test
  void ofSeveralTablesTheRightOneIsNamed() throws IOException {
    String two =
        "name: t\ninteractions:\n- {file: r.csv, user: u, item: i, part: train}\n"
            + "- {file: r.csv, user: u, item: i, part: tset}\n";
    assertThat(refused(two))
        .startsWith("m.yaml, line 4, field interactions.[1].part is 'tset'. Did you mean 'test'");
    assertThat(refused(two.replace("tset", "test}\n-  #").replace("#}", "#")))
        .startsWith("m.yaml, line 5, field interactions.[2] is empty.");
  }

  @Test
  void whatIsLeftEmptyIsMissing() throws IOException {
    assertThat(refused(GOOD.replace("user: u", "user:")))
        .startsWith("m.yaml, line 4, field interactions.user is missing.");
    assertThat(refused(GOOD.replace("item: i", "item: [i, ]\n  columns: [u, null]")))
        .contains("field interactions.columns is missing");
    assertThat(refused(GOOD.replace("item: i", "item: [i, null]")))
        .contains("line 5, field interactions.item is missing");
    assertThat(refused(GOOD + "items: {file: r.csv, id: i, fields: {brand: }}\n"))
        .contains("line 6, field items.fields.brand is missing");
    assertThat(refused(GOOD.replace("name: t\n", ""))).contains("field name is missing");
  }

  @Test
  void otherEncodingsAreToldByLine() throws IOException {
    Path file = directory.resolve("m.yaml");
    Files.write(file, (GOOD + "noun: Stück\n").getBytes(StandardCharsets.ISO_8859_1));
    assertThat(catchThrowableOfType(UserException.class, () -> Mapping.source(file, directory)))
        .hasMessageContaining("m.yaml, line 6: the byte 0xFC is not UTF-8.");
    Files.write(file, GOOD.getBytes(StandardCharsets.UTF_16));
    assertThat(catchThrowableOfType(UserException.class, () -> Mapping.source(file, directory)))
        .hasMessageContaining("m.yaml, line 1: the file is UTF-16, not UTF-8.");
  }
}

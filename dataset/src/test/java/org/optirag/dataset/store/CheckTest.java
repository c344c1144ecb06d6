package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.UserException;

/** A check finds what an import would refuse, before it. */
class CheckTest {
  @TempDir Path temporary;
  private GivenFiles files;

  @BeforeEach
  void prepare() throws IOException {
    files =
        new GivenFiles(temporary)
            .file("r.csv", "u,i,r,t\na,x,5,1700000000\nb,y,4,20250131\n")
            .file("dates.csv", "u,i,r,t\na,x,5,20250130\nb,y,4,20250131\n")
            .file("bad.csv", "u,i,r,t\na,x,five,1700000000\n")
            .file("latin.csv", "u,i,r,t\né,x,5,1\n".getBytes(StandardCharsets.ISO_8859_1))
            .file("i.csv", "id,name\nx,Soap\n")
            .file("r.jsonl", "{\"u\": \"a\", \"i\": \"x\"}\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name: t!\ninteractions: {file: r.csv, user: u, item: i}",
        "name: t\ninteractions: {file: r.csv, user: w, item: i}",
        "name: t\ninteractions: {file: r.jsonl, user: u, item: w}",
        "name: t\ninteractions: {file: bad.csv, user: u, item: i, rating: r}",
        "name: t\ninteractions: {file: bad.csv, user: u, item: i, rating: r}\nrules: {most-broken: 1}",
        "name: t\ninteractions: {file: r.csv, user: u, item: i}\nrules: {core: 3}",
        "name: t\ninteractions: {file: dates.csv, user: u, item: i, time: t}",
        "name: t\ninteractions: {file: latin.csv, user: u, item: i}",
        "name: t\ninteractions: {file: r.csv, user: u, item: i}\nitems: {file: i.csv, id: id, title: t}",
      })
  void whatAnImportRefusesACheckRefusesWithTheSameWords(String mapping) throws IOException {
    Source source = files.source(mapping);
    String refused = problem(() -> files.imported(source));
    assertThat(refused).isNotNull();
    String[] found = new String[1];
    String thrown = problem(() -> found[0] = files.checked(source).refusal());
    assertThat(thrown == null ? found[0] : thrown).isEqualTo(refused);
  }

  @Test
  void whatAnImportTakesACheckDoesNotRefuse() throws IOException {
    Source source = files.source("name: t\ninteractions: {file: r.csv, user: u, item: i}");
    assertThat(files.checked(source).refusal()).isNull();
    assertThat(GivenFiles.rows(files.imported(source))).hasSize(2);
    assertThatThrownBy(() -> files.source("name: t\ninteractions: {file: none.csv}"))
        .isInstanceOf(UserException.class);
  }

  private static @org.jspecify.annotations.Nullable String problem(Runnable work) {
    try {
      work.run();
      return null;
    } catch (UserException e) {
      return e.problem();
    }
  }
}

package org.optirag.recommender;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Field;
import org.optirag.workspace.UserException;

class CandidateLinesTest {
  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("candidates.jsonl"), text);
  }

  @Test
  void areReadInTheirOrderWithTheirTexts() throws IOException {
    assertThat(
            CandidateLines.read(
                file(
                    """
                    "a, b/50%"

                    {"id": "new", "title": "Dune (2021)", "fields": {"genres": "Drama", "by": "V"}}
                    {"id": "7", "title": null, "fields": null}
                    """)))
        .containsExactly(
            CandidateItem.of("a, b/50%"),
            new CandidateItem(
                "new", "Dune (2021)", List.of(new Field("genres", "Drama"), new Field("by", "V"))),
            CandidateItem.of("7"));
  }

  @Test
  void whatIsNoCandidateIsNamedByItsLine() throws IOException {
    assertRefused("\"1\"\n50\n", ":2: neither an id in quotes nor an object");
    assertRefused("{\"id\": \"1\", \"titel\": \"x\"}", "the field \"titel\" is not known");
    assertRefused("{\"title\": \"x\"}", "id is no text");
    assertRefused("{\"id\": \"1\", \"fields\": {\"a\": \"b\"}}", "title is missing");
    assertRefused("{\"id\": \"1\", \"title\": 7}", "title is no text");
    assertRefused(
        "{\"id\": \"1\", \"title\": \"x\", \"fields\": {\"a\": 1}}", "fields.a is no text");
    assertRefused("{\"id\": \"1\", \"id\": \"2\"}", ":1: ");
    assertRefused("\"1\" \"2\"", ":1: there is more after its value.");
    assertRefused(
        "\"1\"\n{\"id\": \"neu\", \"title\": \"A\"",
        ":2: Unexpected end-of-input: expected close marker for Object at column 27.");
    assertThatThrownBy(() -> CandidateLines.read(directory.resolve("none")))
        .hasMessageContaining("there is no such file");
  }

  @Test
  void aMistypedFieldIsToldWithTheRightOne() throws IOException {
    Path file = file("\"1\"\n{\"id\": \"new\", \"titel\": \"Dune\"}\n");
    assertThatThrownBy(() -> CandidateLines.read(file))
        .hasMessage(
            file
                + ":2: the field \"titel\" is not known."
                + " Did you mean 'title'? A candidate has id, title and fields.");
    Path strange = file("{\"id\": \"new\", \"price\": 3}\n");
    assertThatThrownBy(() -> CandidateLines.read(strange))
        .hasMessage(
            strange
                + ":1: the field \"price\" is not known. A candidate has id, title and fields.");
  }

  @Test
  void brokenUtf8IsNamedByItsLine() throws IOException {
    Path file = directory.resolve("latin.jsonl");
    Files.write(file, "\"1\"\n{\"id\": \"2\", \"title\": \"Caf\u00e9\"}\n".getBytes(ISO_8859_1));
    assertThatThrownBy(() -> CandidateLines.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ", line 2: the byte 0xE9 is not UTF-8.");
  }

  private void assertRefused(String text, String problem) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> CandidateLines.read(file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file + ":")
        .hasMessageContaining(problem);
  }
}

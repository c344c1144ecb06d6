package org.optirag.recommender.knowledge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.optirag.dataset.Field;
import org.optirag.workspace.UserException;

/** Events in a file of JSON lines. */
class EventLinesTest {
  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("events.jsonl"), text);
  }

  @Test
  void everyTypeIsReadInOrder() throws IOException {
    Path file =
        file(
            """
            {"type": "interaction", "id": "a", "user": "42", "item": "258", "liked": false, "time": 9}
            {"type": "interaction", "id": "b", "user": "42", "item": "50", "rating": 4, "time": 10}

            {"type": "item", "id": "c", "item": "n", "title": "Paterson", "fields": {"genres": "Drama"}}
            {"type": "user", "id": "d", "user": "42", "profile": {"age": "33"}}
            """);
    assertThat(EventLines.read(file, 4))
        .containsExactly(
            new Event.Interacted("a", "42", "258", false, OptionalDouble.empty(), 9),
            new Event.Interacted("b", "42", "50", true, OptionalDouble.of(4), 10),
            new Event.Described("c", "n", "Paterson", List.of(new Field("genres", "Drama"))),
            new Event.Introduced("d", "42", List.of(new Field("age", "33"))));
  }

  @Test
  void aMistypedFieldIsToldWithTheRightOne() throws IOException {
    Path file = file("\n{\"type\": \"item\", \"id\": \"a\", \"item\": \"1\", \"titel\": \"x\"}\n");
    assertThatThrownBy(() -> EventLines.read(file, 4))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            file
                + ":2: the field \"titel\" is not known. Did you mean 'title'? An event has fields,");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '\0',
      value = {
        "{\"type\": \"click\", \"id\": \"a\"} | type is none of interaction, item or user",
        "{\"type\": \"interaction\", \"id\": \"a\", \"user\": \"1\", \"item\": \"2\", \"time\": 3}"
            + " | liked is missing: give it, or a rating to judge by",
        "{\"type\": \"interaction\", \"id\": \"a\", \"user\": \"1\", \"item\": \"2\", \"liked\": true}"
            + " | time is null, expected seconds since 1970",
        "{\"type\": \"interaction\", \"id\": \"a\", \"user\": \"1\", \"liked\": true, \"time\": 3}"
            + " | item is missing",
        "{\"type\": \"item\", \"id\": \"a\", \"item\": \"1\", \"titel\": \"x\"} | titel",
        "not json | Unrecognized token",
      })
  void aLineThatIsNoEventIsNamed(String line, String problem) throws IOException {
    Path file = file("\n" + line.strip() + "\n");
    assertThatThrownBy(() -> EventLines.read(file, 4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file + ":2: ")
        .hasMessageContaining(problem.strip());
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path missing = directory.resolve("none.jsonl");
    assertThatThrownBy(() -> EventLines.read(missing, 4))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot read " + missing);
  }
}

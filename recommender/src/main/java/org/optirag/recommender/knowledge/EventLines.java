package org.optirag.recommender.knowledge;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.Nearest;
import org.optirag.workspace.UserException;
import org.optirag.workspace.Utf8;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Events in a file, a JSON object a line, as the service takes them: {@code {"type": "interaction",
 * "id": "e-1", "user": "42", "item": "258", "liked": true, "time": 1764500000}}; the types "item"
 * (title, fields) and "user" (profile) likewise. Empty lines are passed over.
 */
public final class EventLines {
  private static final long MOST_BYTES = 256L << 20;

  /** The year 2100: whoever has later times means milliseconds. */
  private static final long MOST_TIME = 4_102_444_800L;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private EventLines() {}

  private record Line(
      @Nullable String type,
      @Nullable String id,
      @Nullable String user,
      @Nullable String item,
      @Nullable Boolean liked,
      @Nullable Double rating,
      @Nullable Long time,
      @Nullable String title,
      @Nullable Map<String, String> fields,
      @Nullable Map<String, String> profile) {}

  /**
   * Reads a file.
   *
   * @param likedFrom the rating from which on an interaction that says no label is a like
   * @return in the order of the lines
   * @throws UserException if the file cannot be read or a line is no event; it names the line
   */
  public static List<Event> read(Path file, double likedFrom) {
    List<Event> events = new ArrayList<>();
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new UserException(
            "%s has %d bytes, more than %d.".formatted(file, Files.size(file), MOST_BYTES),
            "Import what is older into the data set.");
      }
      try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
        int number = 0;
        for (String text = lines.readLine(); text != null; text = lines.readLine()) {
          number++;
          if (!text.isBlank()) {
            events.add(event(file + ":" + number, text, likedFrom));
          }
        }
      }
    } catch (CharacterCodingException e) {
      throw Utf8.broken(file);
    } catch (IOException e) {
      String why = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
      throw new UserException(
          "Cannot read " + file + ": " + why + ".", "Give a file of JSON lines in UTF-8.", e);
    }
    return events;
  }

  private static Event event(String place, String text, double likedFrom) {
    Line line;
    try {
      line = JSON.readValue(text, Line.class);
    } catch (UnrecognizedPropertyException e) {
      List<String> known = e.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList();
      throw new UserException(
          place + ": the field \"" + e.getPropertyName() + "\" is not known.",
          Nearest.question(e.getPropertyName(), known)
              + "An event has "
              + String.join(", ", known)
              + "; docs/serving.md tells which.");
    } catch (JacksonException e) {
      throw wrong(place, JsonFault.toldOfLine(e));
    }
    String id = required(place, "id", line.id);
    return switch (required(place, "type", line.type)) {
      case "interaction" -> interaction(place, id, line, likedFrom);
      case "item" ->
          new Event.Described(
              id,
              required(place, "item", line.item),
              required(place, "title", line.title),
              fields(line.fields));
      case "user" ->
          new Event.Introduced(id, required(place, "user", line.user), fields(line.profile));
      default -> throw wrong(place, "type is none of interaction, item or user");
    };
  }

  private static Event interaction(String place, String id, Line line, double likedFrom) {
    if (line.liked == null && line.rating == null) {
      throw wrong(place, "liked is missing: give it, or a rating to judge by");
    }
    if (line.time == null || line.time < 0 || line.time > MOST_TIME) {
      throw wrong(place, "time is " + line.time + ", expected seconds since 1970");
    }
    return new Event.Interacted(
        id,
        required(place, "user", line.user),
        required(place, "item", line.item),
        line.liked != null ? line.liked : line.rating != null && line.rating >= likedFrom,
        line.rating == null ? OptionalDouble.empty() : OptionalDouble.of(line.rating),
        line.time);
  }

  private static List<Field> fields(@Nullable Map<String, String> texts) {
    return texts == null
        ? List.of()
        : texts.entrySet().stream().map(text -> new Field(text.getKey(), text.getValue())).toList();
  }

  private static String required(String place, String name, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw wrong(place, name + " is missing");
    }
    return value;
  }

  private static UserException wrong(String place, String problem) {
    return new UserException(
        place + ": " + problem + ".",
        "Give lines as POST /v1/feedback takes them; docs/serving.md has the fields.");
  }
}

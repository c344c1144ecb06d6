package org.optirag.recommender;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.Nearest;
import org.optirag.workspace.UserException;
import org.optirag.workspace.Utf8;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Candidates in a file, one a line, as the service takes them: an id as a JSON string, or {@code
 * {"id": "new", "title": "Dune (2021)", "fields": {"genres": "Drama"}}}. Empty lines are passed
 * over.
 */
public final class CandidateLines {
  private static final List<String> KNOWN = List.of("id", "title", "fields");

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private CandidateLines() {}

  /**
   * Reads a file.
   *
   * @return in the order of the lines
   * @throws UserException if the file cannot be read or a line is no candidate; it names the line
   */
  public static List<CandidateItem> read(Path file) {
    return lines(file).stream().map(Line::candidate).toList();
  }

  /**
   * A candidate and where it stands.
   *
   * @param place the file and the number of the line, such as "new.jsonl:3"
   */
  public record Line(String place, CandidateItem candidate) {}

  /**
   * Reads a file, and says where each candidate stands.
   *
   * @return in the order of the lines
   * @throws UserException as by {@link #read}
   */
  public static List<Line> lines(Path file) {
    List<String> lines;
    try {
      lines = Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (CharacterCodingException e) {
      throw Utf8.broken(file);
    } catch (IOException e) {
      String why = e instanceof NoSuchFileException ? "there is no such file" : e.getMessage();
      throw new UserException(
          "Cannot read " + file + ": " + why + ".", "Give a file of JSON lines in UTF-8.", e);
    }
    List<Line> candidates = new ArrayList<>();
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1);
      if (!line.isBlank()) {
        String place = file + ":" + number;
        candidates.add(new Line(place, candidate(place, line)));
      }
    }
    if (candidates.isEmpty()) {
      throw new UserException(file + " has no candidates.", "Give one a line, an id or an object.");
    }
    return candidates;
  }

  private static CandidateItem candidate(String place, String line) {
    JsonNode node;
    try {
      node = JSON.readTree(line);
    } catch (JacksonException e) {
      throw wrong(place, JsonFault.toldOfLine(e));
    }
    if (node.isString()) {
      return CandidateItem.of(text(place, "the id", node));
    }
    if (!node.isObject()) {
      throw wrong(place, "neither an id in quotes nor an object");
    }
    for (String name : node.propertyNames()) {
      if (!KNOWN.contains(name)) {
        throw new UserException(
            place + ": the field \"" + name + "\" is not known.",
            Nearest.question(name, KNOWN) + "A candidate has id, title and fields.");
      }
    }
    String title = node.hasNonNull("title") ? text(place, "title", node.get("title")) : null;
    List<Field> fields = fields(place, node.get("fields"));
    if (title == null && !fields.isEmpty()) {
      throw wrong(place, "title is missing: an item that brings fields brings its title");
    }
    return new CandidateItem(text(place, "id", node.get("id")), title, fields);
  }

  private static List<Field> fields(String place, @Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return List.of();
    }
    if (!node.isObject()) {
      throw wrong(place, "fields is no object");
    }
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      fields.add(
          new Field(field.getKey(), text(place, "fields." + field.getKey(), field.getValue())));
    }
    return fields;
  }

  private static String text(String place, String name, @Nullable JsonNode node) {
    if (node == null || !node.isString() || node.asString().isBlank()) {
      throw wrong(place, name + " is no text");
    }
    return node.asString();
  }

  private static UserException wrong(String place, String problem) {
    return new UserException(
        place + ": " + problem + ".",
        "Give lines such as \"50\" or {\"id\": \"new\", \"title\": \"Dune (2021)\"}.");
  }
}

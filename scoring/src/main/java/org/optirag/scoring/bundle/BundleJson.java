package org.optirag.scoring.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The bundle's JSON files, of bounded size. */
final class BundleJson {
  private static final long MOST_BYTES = 64L << 20;

  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private BundleJson() {}

  static void write(Path file, Object value) {
    AtomicFiles.writeString(file, JSON.writeValueAsString(value) + "\n");
  }

  static JsonNode tree(Path file) {
    return read(file, new TypeReference<JsonNode>() {});
  }

  static <T> T read(Path file, TypeReference<T> type) {
    try {
      long size = Files.size(file);
      if (size > MOST_BYTES) {
        throw new UserException(
            "%s has %d bytes, more than %d.".formatted(file, size, MOST_BYTES),
            "Take the bundle again from where it came from.");
      }
      return JSON.readValue(Files.readString(file), type);
    } catch (IOException | JacksonException e) {
      throw broken(file, e);
    }
  }

  /** A file's tree as what it tells of. */
  static <T> T as(Path file, JsonNode tree, Class<T> type) {
    try {
      return JSON.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw broken(file, e);
    }
  }

  private static UserException broken(Path file, Exception e) {
    return new UserException(
        file + " is broken: " + firstLine(e) + ".",
        "Take the bundle again from where it came from.",
        e);
  }

  private static String firstLine(Exception e) {
    String message =
        e instanceof JacksonException json
            ? json.getOriginalMessage()
            : String.valueOf(e.getMessage());
    return message.lines().findFirst().orElse("no reason given");
  }
}

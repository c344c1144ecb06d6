package org.optirag.scoring.bundle;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The bundle's JSON files, of bounded size. */
final class BundleJson {
  private static final long MOST_BYTES = 64L << 20;

  private static final int LONGEST = 300; // of a reason, which may quote the file
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
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
    requireElements(file, "", tree);
    try {
      return JSON.treeToValue(tree, type);
    } catch (JacksonException e) {
      throw broken(file, e);
    }
  }

  /** No list has an element that is null. */
  private static void requireElements(Path file, String path, JsonNode node) {
    if (node.isArray()) {
      for (int i = 0; i < node.size(); i++) {
        String here = path + "[" + i + "]";
        if (node.get(i).isNull()) {
          throw new UserException(
              file + " is broken: " + here + " is null, expected a value.",
              "Take the bundle again from where it came from.");
        }
        requireElements(file, here, node.get(i));
      }
    } else if (node.isObject()) {
      node.properties()
          .forEach(field ->
              requireElements(
                  file,
                  path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                  field.getValue()));
    }
  }

  private static UserException broken(Path file, Exception e) {
    return new UserException(
        file + " is broken: " + reason(e) + ".",
        "Take the bundle again from where it came from.",
        e);
  }

  private static String reason(Exception e) {
    String reason =
        switch (e) {
          // Where it stands, not what: the file may be another than it should be.
          case StreamReadException json ->
              "it is no JSON at line %d, column %d"
                  .formatted(json.getLocation().getLineNr(), json.getLocation().getColumnNr());
          case JacksonException json ->
              own(json).map(own -> field(json) + own).orElse(JsonFault.said(json));
          case CharacterCodingException text -> "it is no UTF-8";
          default -> String.valueOf(e.getMessage());
        };
    String line = reason.lines().findFirst().orElse("no reason given");
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }

  /** What our own types say of their values, if they were asked. */
  private static Optional<String> own(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException own) {
        return Optional.of(own.problem().replaceFirst("\\.$", ""));
      }
      if (cause instanceof IllegalArgumentException own && own.getMessage() != null) {
        return Optional.of(own.getMessage());
      }
      if (cause instanceof NullPointerException) {
        return Optional.of("something in it is null");
      }
    }
    return Optional.empty();
  }

  /** The place in the file, for instance "curve.points[2]: ". */
  private static String field(JacksonException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference step : e.getPath()) {
      if (step.getPropertyName() == null) {
        path.append('[').append(step.getIndex()).append(']');
      } else {
        path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
      }
    }
    return path.isEmpty() ? "" : path + ": ";
  }
}

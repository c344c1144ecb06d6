package org.optirag.workspace;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads a YAML file into a record; what does not fit is told by file, line and field. */
public final class ConfigFile {
  private static final long MOST_BYTES = 1 << 20;

  private static final YAMLMapper YAML =
      YAMLMapper.builder(
              YAMLFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .build())
          .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .build();

  private ConfigFile() {}

  /**
   * Reads a file.
   *
   * @param type a record whose components are the file's fields
   * @throws UserException if the file is missing, too large, not YAML, has an unknown field or a
   *     value of the wrong kind
   */
  public static <T> T read(Path file, Class<T> type) {
    String text;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new UserException(
            file + " has " + Files.size(file) + " bytes, too many for a configuration file.",
            "Name the configuration, not the data.");
      }
      text = Files.readString(file);
    } catch (NoSuchFileException e) {
      throw new UserException("There is no file " + file + ".", "Check the path.", e);
    } catch (CharacterCodingException e) {
      throw Utf8.broken(file);
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + file + ": " + e.getMessage() + ".", "Check the path.", e);
    }
    if (text.isBlank()) {
      throw new UserException(file + " is empty.", "See the example in the documentation.");
    }
    try {
      return YAML.readValue(text, type);
    } catch (JacksonException e) {
      throw misfit(file, text, e);
    }
  }

  private static UserException misfit(Path file, String text, JacksonException e) {
    StringBuilder place = new StringBuilder(file.toString());
    String field = e instanceof DatabindException bind ? field(bind) : "";
    int line =
        e.getLocation() != null && e.getLocation().getLineNr() > 0
            ? e.getLocation().getLineNr()
            : lineOf(field.substring(field.lastIndexOf('.') + 1), text);
    if (line > 0) {
      place.append(", line ").append(line);
    }
    if (!field.isEmpty()) {
      place.append(", field ").append(field);
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      List<String> known = unknown.getKnownPropertyIds().stream().map(String::valueOf).toList();
      return new UserException(
          place + " is not known.",
          Nearest.question(unknown.getPropertyName(), known) + "Known fields here: " + known + ".",
          e);
    }
    if (e.getCause() instanceof UserException user) {
      return new UserException(place + ": " + user.problem(), user.wayOut(), e);
    }
    String why =
        e.getCause() instanceof IllegalArgumentException bad
            ? String.valueOf(bad.getMessage())
            : e.getOriginalMessage();
    return new UserException(place + ": " + why + ".", "Correct the value.", e);
  }

  /** The first line that begins with a field, or 0: what a record lacks is told without a place. */
  private static int lineOf(String field, String text) {
    List<String> lines = text.lines().toList();
    for (int i = 0; i < lines.size() && !field.isEmpty(); i++) {
      if (lines.get(i).strip().startsWith(field + ":")) {
        return i + 1;
      }
    }
    return 0;
  }

  private static String field(DatabindException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference reference : e.getPath()) {
      if (reference.getPropertyName() != null) {
        path.append(path.isEmpty() ? "" : ".").append(reference.getPropertyName());
      } else {
        path.append('[').append(reference.getIndex()).append(']');
      }
    }
    return path.toString();
  }
}

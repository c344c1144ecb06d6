package org.optirag.workspace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.databind.type.LogicalType;
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
          // What looks like another kind of value is not made to fit.
          .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
          .withCoercionConfig(
              LogicalType.Boolean,
              config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail))
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
    String text = text(file);
    YamlText yaml = new YamlText(file, text);
    try {
      return YAML.readValue(text, type);
    } catch (JacksonException e) {
      throw misfit(yaml, e);
    }
  }

  /**
   * Where a field of a file stands, for a message: "FILE, line 3, field rules.core".
   *
   * @param field its names from the outermost on, parted by dots
   */
  public static String place(Path file, String field) {
    try {
      return new YamlText(file, text(file)).place(field);
    } catch (UserException e) { // it was read before, and has changed
      return file + ", field " + field;
    }
  }

  private static String text(Path file) {
    if (Files.isDirectory(file)) {
      throw new UserException(file + " is a directory.", "Name the file in it.");
    }
    byte[] bytes;
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new UserException(
            file + " has " + Files.size(file) + " bytes, too many for a configuration file.",
            "Name the configuration, not the data.");
      }
      bytes = Files.readAllBytes(file);
    } catch (NoSuchFileException e) {
      throw new UserException("There is no file " + file + ".", "Check the path.", e);
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + file + ": " + e.getMessage() + ".", "Check the path.", e);
    }
    insistOnNarrow(file, bytes);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw Utf8.broken(file);
    }
    text = text.startsWith("\uFEFF") ? text.substring(1) : text;
    if (text.isBlank()) {
      throw new UserException(file + " is empty.", "See the example in the documentation.");
    }
    return text;
  }

  /** Refuses UTF-16, with its mark or without. */
  private static void insistOnNarrow(Path file, byte[] bytes) {
    int first = bytes.length < 2 ? 0 : (bytes[0] & 0xFF) << 8 | bytes[1] & 0xFF;
    boolean marked = first == 0xFFFE || first == 0xFEFF;
    int line = 1;
    for (int i = 0; i < bytes.length && !marked; i++) {
      if (bytes[i] == 0) {
        boolean wide = bytes.length > 1 && (bytes[0] == 0 || bytes[1] == 0);
        if (wide) {
          marked = true;
          break;
        }
        throw new UserException(
            file + ", line " + line + ": a byte 0, which no text holds.",
            "Check that this is the right file, and save it as UTF-8.");
      }
      line += bytes[i] == '\n' ? 1 : 0;
    }
    if (marked) {
      throw new UserException(
          file + ", line 1: the file is UTF-16, not UTF-8.",
          "Save it as UTF-8, for instance: iconv -f UTF-16%s -t UTF-8 %s > utf8."
              .formatted(
                  first == 0xFFFE || first == 0xFEFF ? "" : bytes[0] == 0 ? "BE" : "LE",
                  file.getFileName()));
    }
  }

  private static UserException misfit(YamlText yaml, JacksonException e) {
    String field = e instanceof DatabindException bind ? field(bind) : "";
    String place = yaml.place(field);
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
    if (e.getCause() instanceof IllegalArgumentException bad
        && !(bad instanceof NumberFormatException)) {
      return new UserException(place + ": " + bad.getMessage() + ".", "Correct the value.", e);
    }
    Class<?> target = e instanceof MismatchedInputException wrong ? wrong.getTargetType() : null;
    String kind = yaml.kind(field);
    String expected = expected(target);
    return new UserException(
        place
            + (kind.equals("empty") ? " is empty" : " is " + kind)
            + ", expected "
            + expected
            + ".",
        "Write " + example(target) + ".",
        e);
  }

  private static boolean isWhole(Class<?> type) {
    return Set.<Class<?>>of(int.class, Integer.class, long.class, Long.class).contains(type);
  }

  private static boolean isNumber(Class<?> type) {
    return Set.<Class<?>>of(double.class, Double.class, float.class, Float.class).contains(type);
  }

  static String expected(@Nullable Class<?> type) {
    if (type == null) {
      return "another value";
    }
    if (isWhole(type)) {
      return "a whole number";
    }
    if (isNumber(type)) {
      return "a number";
    }
    if (type == Boolean.class || type == boolean.class) {
      return "true or false";
    }
    if (type == String.class) {
      return "a text";
    }
    if (type.isEnum()) {
      return "one of " + Arrays.toString(type.getEnumConstants());
    }
    return Collection.class.isAssignableFrom(type) || type.isArray() ? "a list" : "fields";
  }

  private static String example(@Nullable Class<?> type) {
    return switch (expected(type)) {
      case "a whole number" -> "digits alone, such as 4";
      case "a number" -> "one with a decimal point, such as 3.5";
      case "true or false" -> "one of these two";
      case "a text" -> "one value after the colon, such as 'name: value'";
      case "a list" -> "it as [first, second], or each on a line that begins with '- '";
      case "fields" -> "'name: value' lines under it, indented, or {name: value}";
      default -> "one that is expected here; see the example in the documentation";
    };
  }

  static String field(DatabindException e) {
    StringBuilder path = new StringBuilder();
    for (JacksonException.Reference reference : e.getPath()) {
      path.append(path.isEmpty() ? "" : ".");
      if (reference.getPropertyName() != null) {
        path.append(reference.getPropertyName());
      } else {
        path.append('[').append(reference.getIndex()).append(']');
      }
    }
    return path.toString();
  }
}

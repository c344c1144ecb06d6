package org.optirag.server.http;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import tools.jackson.databind.JsonNode;

/**
 * The fields of a JSON object, read one by one: what is not read is not known, and {@link #end}
 * refuses it. Every error names the field by its path. Not safe for use from many threads.
 */
final class Fields {
  private final JsonNode object;
  private final String path;
  private final Set<String> read = new HashSet<>();

  private Fields(JsonNode object, String path) {
    this.object = object;
    this.path = path;
  }

  /**
   * The fields of an object.
   *
   * @param path of the object, for instance {@code candidates[3]}; empty for the body
   */
  static Fields of(JsonNode node, String path) {
    if (!node.isObject()) {
      throw new ProblemException(
          422,
          "Invalid field",
          (path.isEmpty() ? "The body" : "The field") + " is " + kind(node) + ", not an object.",
          path.isEmpty() ? null : path);
    }
    return new Fields(node, path);
  }

  /** The path of a field. */
  String path(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  private @Nullable JsonNode value(String name) {
    read.add(name);
    JsonNode node = object.get(name);
    return node == null || node.isNull() ? null : node;
  }

  private JsonNode required(String name) {
    JsonNode node = value(name);
    if (node == null) {
      throw ProblemException.field(path(name), "The field is missing.");
    }
    return node;
  }

  private ProblemException wrong(String name, JsonNode found, String expected) {
    return ProblemException.field(
        path(name), "The field is " + kind(found) + ", expected " + expected + ".");
  }

  /** Whether a field is there, and not null. */
  boolean has(String name) {
    JsonNode node = object.get(name);
    return node != null && !node.isNull();
  }

  /** An id: 1 to 200 characters, none of them a control character. */
  String id(String name) {
    JsonNode node = required(name);
    if (!node.isString()) {
      throw wrong(name, node, "a string");
    }
    return Texts.id(node.asString(), path(name));
  }

  /** A text that is there and not blank. */
  String text(String name, int most) {
    JsonNode node = required(name);
    if (!node.isString()) {
      throw wrong(name, node, "a string");
    }
    return Texts.text(node.asString(), most, path(name));
  }

  /** The same where it may be left out. */
  Optional<String> optionalText(String name, int most) {
    return has(name) ? Optional.of(text(name, most)) : absent(name);
  }

  private <T> Optional<T> absent(String name) {
    read.add(name);
    return Optional.empty();
  }

  /** True or false, where it may be left out. */
  boolean flag(String name, boolean otherwise) {
    JsonNode node = value(name);
    if (node == null) {
      return otherwise;
    }
    if (!node.isBoolean()) {
      throw wrong(name, node, "true or false");
    }
    return node.asBoolean();
  }

  /** A whole number, where it may be left out. */
  OptionalLong optionalWhole(String name, long least, long most) {
    JsonNode node = value(name);
    if (node == null) {
      return OptionalLong.empty();
    }
    String expected = "a whole number from " + least + " to " + most;
    if (!node.isIntegralNumber() || !node.canConvertToLong()) {
      throw wrong(name, node, expected);
    }
    long number = node.asLong();
    if (number < least || number > most) {
      throw ProblemException.field(
          path(name), "The field is " + number + ", expected " + expected + ".");
    }
    return OptionalLong.of(number);
  }

  /** A finite number, where it may be left out. */
  OptionalDouble optionalNumber(String name, double least, double most) {
    JsonNode node = value(name);
    if (node == null) {
      return OptionalDouble.empty();
    }
    String expected = "a number from " + least + " to " + most;
    if (!node.isNumber()) {
      throw wrong(name, node, expected);
    }
    double number = node.asDouble();
    if (!(number >= least && number <= most)) {
      throw ProblemException.field(path(name), "The field is not " + expected + ".");
    }
    return OptionalDouble.of(number);
  }

  /** The elements of an array. */
  List<JsonNode> list(String name, int least, int most) {
    JsonNode node = required(name);
    if (!node.isArray()) {
      throw wrong(name, node, "an array");
    }
    if (node.size() < least || node.size() > most) {
      throw ProblemException.field(
          path(name),
          "The field has %d elements, expected %d to %d.".formatted(node.size(), least, most));
    }
    List<JsonNode> elements = new ArrayList<>();
    node.forEach(elements::add);
    return elements;
  }

  /** An object whose members have texts as their values; empty if it is left out. */
  List<Field> texts(String name, int mostFields, int most) {
    JsonNode node = value(name);
    if (node == null) {
      return List.of();
    }
    if (!node.isObject()) {
      throw wrong(name, node, "an object of strings");
    }
    if (node.size() > mostFields) {
      throw ProblemException.field(
          path(name), "The field has more than " + mostFields + " members.");
    }
    List<Field> fields = new ArrayList<>();
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      String at = path(name) + "." + member.getKey();
      if (!member.getValue().isString()) {
        throw ProblemException.field(
            at, "The field is " + kind(member.getValue()) + ", expected a string.");
      }
      fields.add(
          new Field(
              Texts.text(member.getKey(), 100, at),
              Texts.text(member.getValue().asString(), most, at)));
    }
    return fields;
  }

  /** An object of numbers; empty if it is left out. */
  Map<String, Double> numbers(String name, int most) {
    JsonNode node = value(name);
    Map<String, Double> numbers = new LinkedHashMap<>();
    if (node == null) {
      return numbers;
    }
    if (!node.isObject() || node.size() > most) {
      throw wrong(name, node, "an object of at most " + most + " numbers");
    }
    for (Map.Entry<String, JsonNode> member : node.properties()) {
      if (!member.getValue().isNumber()) {
        throw ProblemException.field(
            path(name) + "." + member.getKey(),
            "The field is " + kind(member.getValue()) + ", expected a number.");
      }
      numbers.put(member.getKey(), member.getValue().asDouble());
    }
    return numbers;
  }

  /** Takes note of a field that is allowed and changes nothing. */
  void ignore(String name) {
    read.add(name);
  }

  /** The names of fields that are there and were not read. */
  List<String> unread() {
    return object.propertyNames().stream().filter(name -> !read.contains(name)).toList();
  }

  /** Strings, where they may be left out. */
  Optional<List<String>> optionalStrings(String name, int most, int characters) {
    if (!has(name)) {
      return absent(name);
    }
    List<String> strings = new ArrayList<>();
    for (JsonNode node : list(name, 1, most)) {
      String path = path(name) + "[" + strings.size() + "]";
      if (!node.isString()) {
        throw ProblemException.field(path, "The field is " + kind(node) + ", expected a string.");
      }
      strings.add(Texts.text(node.asString(), characters, path));
    }
    return Optional.of(strings);
  }

  /** Refuses what was not read. */
  void end() {
    for (String name : object.propertyNames()) {
      if (!read.contains(name)) {
        throw ProblemException.field(
            path(name.length() > 100 ? name.substring(0, 100) : name),
            "The field is not known; known here: " + read.stream().sorted().toList() + ".");
      }
    }
  }

  /** What a value is, in words. */
  static String kind(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case BOOLEAN -> "a boolean";
      case NULL -> "null";
      case NUMBER -> "a number";
      case OBJECT -> "an object";
      case STRING -> "a string";
      default -> "something else";
    };
  }
}

package org.optirag.benchmarks.faults;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Changes JSON and safetensors files where it hurts: a field, a number, a length, an offset. */
final class Mutation {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int LONG_TEXT = 20_000;
  private static final int DEPTH = 400;

  private final SplittableRandom random;

  Mutation(SplittableRandom random) {
    this.random = random;
  }

  /** A JSON document with something wrong at one place, or now and then with none. */
  byte[] json(byte[] document) {
    JsonNode root;
    try {
      root = JSON.readTree(document);
    } catch (JacksonException e) {
      return bytes(document);
    }
    if (random.nextInt(8) == 0) {
      return bytes(document);
    }
    List<JsonNode> inner = new ArrayList<>();
    collect(root, inner);
    if (inner.isEmpty()) {
      return JSON.writeValueAsBytes(odd(root));
    }
    change(inner.get(random.nextInt(inner.size())));
    return JSON.writeValueAsBytes(root);
  }

  private static void collect(JsonNode node, List<JsonNode> inner) {
    if (node.isContainer() && !node.isEmpty()) {
      inner.add(node);
      node.forEach(child -> collect(child, inner));
    }
  }

  private void change(JsonNode node) {
    if (node instanceof ObjectNode fields) {
      List<String> names = List.copyOf(fields.propertyNames());
      String name = names.get(random.nextInt(names.size()));
      switch (random.nextInt(4)) {
        case 0 -> fields.remove(name);
        case 1 -> fields.set(name + "_", fields.get(name));
        default -> fields.set(name, odd(fields.get(name)));
      }
    } else if (node instanceof ArrayNode list) {
      int at = random.nextInt(list.size());
      switch (random.nextInt(4)) {
        case 0 -> list.remove(at);
        case 1 -> list.insert(at, list.get(at));
        default -> list.set(at, odd(list.get(at)));
      }
    }
  }

  private JsonNode odd(JsonNode value) {
    ArrayNode nested = JSON.createArrayNode();
    for (int i = 0; i < DEPTH; i++) {
      nested = JSON.createArrayNode().add(nested);
    }
    List<JsonNode> odd =
        List.of(
            JSON.nullNode(),
            JSON.createObjectNode(),
            JSON.createArrayNode(),
            JSON.valueToTree(-1),
            JSON.valueToTree(0),
            JSON.valueToTree(Long.MAX_VALUE),
            JSON.valueToTree(1e308),
            JSON.valueToTree("NaN"),
            JSON.valueToTree(""),
            JSON.valueToTree("../../etc/passwd"),
            JSON.valueToTree("\u0000\uFFFF"),
            JSON.valueToTree("x".repeat(LONG_TEXT)),
            JSON.valueToTree(true),
            JSON.createArrayNode().add(value).add(value),
            nested);
    return odd.get(random.nextInt(odd.size()));
  }

  /** A few bytes changed, cut off or added. */
  byte[] bytes(byte[] whole) {
    byte[] changed = whole.clone();
    if (changed.length == 0) {
      return new byte[] {(byte) random.nextInt(256)};
    }
    switch (random.nextInt(3)) {
      case 0 -> {
        return Arrays.copyOf(changed, random.nextInt(changed.length));
      }
      case 1 -> {
        return Arrays.copyOf(changed, changed.length + 1 + random.nextInt(100));
      }
      default -> {
        int places = 1 + random.nextInt(8);
        for (int i = 0; i < places; i++) {
          changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
        }
        return changed;
      }
    }
  }

  /** A safetensors file with another length, a header with something wrong, or other numbers. */
  byte[] safetensors(byte[] file) {
    ByteBuffer buffer = ByteBuffer.wrap(file.clone()).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) buffer.getLong(0);
    switch (random.nextInt(4)) {
      case 0 -> {
        long[] lengths = {-1, 0, header + 1L, Long.MAX_VALUE, file.length, 1L << 31};
        return buffer.putLong(0, lengths[random.nextInt(lengths.length)]).array();
      }
      case 1 -> {
        byte[] other = json(Arrays.copyOfRange(file, Long.BYTES, Long.BYTES + header));
        ByteBuffer made =
            ByteBuffer.allocate(file.length - header + other.length).order(ByteOrder.LITTLE_ENDIAN);
        made.putLong(other.length).put(other);
        return made.put(file, Long.BYTES + header, file.length - header - Long.BYTES).array();
      }
      case 2 -> {
        float[] numbers = {Float.NaN, Float.POSITIVE_INFINITY, Float.MAX_VALUE, -1e30f};
        int floats = (file.length - Long.BYTES - header) / Float.BYTES;
        int at = Long.BYTES + header + Float.BYTES * random.nextInt(Math.max(1, floats));
        return buffer.putFloat(at, numbers[random.nextInt(numbers.length)]).array();
      }
      default -> {
        return bytes(file);
      }
    }
  }

  /** Text of bytes, as a body of a request takes it. */
  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}

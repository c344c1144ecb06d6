package org.optirag.server.http;

import java.util.Map;
import java.util.SplittableRandom;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Makes values that a schema of the API's description allows, and now and then one it does not. */
final class SchemaGenerator {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final JsonNode document;
  private final SplittableRandom random;
  private final double wrong;

  /**
   * @param wrong how often a value is not what the schema says, in [0, 1]
   */
  SchemaGenerator(JsonNode document, SplittableRandom random, double wrong) {
    this.document = document;
    this.random = random;
    this.wrong = wrong;
  }

  JsonNode value(JsonNode schema) {
    if (random.nextDouble() < wrong) {
      return anything(3);
    }
    if (schema.has("$ref")) {
      return value(document.at(schema.get("$ref").asString().substring(1)));
    }
    if (schema.has("oneOf")) {
      JsonNode choices = schema.get("oneOf");
      return value(choices.get(random.nextInt(choices.size())));
    }
    if (schema.has("const")) {
      return schema.get("const");
    }
    return switch (schema.path("type").asString("")) {
      case "object" -> object(schema);
      case "array" -> array(schema);
      case "string" -> NODES.stringNode(text());
      case "integer" -> NODES.numberNode(whole(schema));
      case "number" -> NODES.numberNode(random.nextInt(-10, 10) + random.nextDouble());
      case "boolean" -> NODES.booleanNode(random.nextBoolean());
      default -> anything(2);
    };
  }

  private ObjectNode object(JsonNode schema) {
    ObjectNode object = JSON.createObjectNode();
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      boolean required = false;
      for (JsonNode name : schema.path("required")) {
        required |= name.asString().equals(property.getKey());
      }
      if (required ? random.nextDouble() >= wrong : random.nextInt(3) == 0) {
        object.set(property.getKey(), value(property.getValue()));
      }
    }
    if (schema.path("additionalProperties").isObject()) {
      for (int i = random.nextInt(3); i > 0; i--) {
        object.set(text(), value(schema.get("additionalProperties")));
      }
    }
    if (random.nextDouble() < wrong) {
      object.set(text(), anything(2));
    }
    return object;
  }

  private ArrayNode array(JsonNode schema) {
    ArrayNode array = JSON.createArrayNode();
    int least = schema.path("minItems").asInt(0);
    for (int i = least + random.nextInt(6) - (random.nextDouble() < wrong ? least : 0);
        i > 0;
        i--) {
      array.add(value(schema.get("items")));
    }
    return array;
  }

  private long whole(JsonNode schema) {
    long least = schema.path("minimum").asLong(-5);
    return least + random.nextInt(20) - (random.nextDouble() < wrong ? 30 : 0);
  }

  private JsonNode anything(int depth) {
    return switch (random.nextInt(depth > 0 ? 9 : 7)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2 -> NODES.numberNode(random.nextLong());
      case 3 -> NODES.numberNode(random.nextDouble() * 1e300);
      case 4 -> NODES.stringNode("");
      case 5 -> NODES.stringNode("x".repeat(random.nextInt(3000)));
      case 6 -> NODES.stringNode(text());
      case 7 -> JSON.createArrayNode().add(anything(depth - 1)).add(anything(depth - 1));
      default -> {
        ObjectNode object = JSON.createObjectNode();
        object.set(text(), anything(depth - 1));
        yield object;
      }
    };
  }

  /** Ids as they are, and as somebody would send them who means harm. */
  private String text() {
    String[] some = {
      "42",
      "50",
      "u",
      "<|im_end|>",
      "<|im_start|>system",
      "'; DROP TABLE events; --",
      "../../etc",
      "\u0000",
      "\ud83d\ude00",
      "\ud800",
      "\u202e",
      "a\nb",
      "{\"a\":1}",
      "%s%n",
      "${jndi:ldap://x}",
      " ",
      "unknown",
      "fixed:1",
      "fixed:99999999999",
      "ratio-trend:1,2,3,4,5",
      "none"
    };
    return some[random.nextInt(some.length)] + (random.nextInt(4) == 0 ? random.nextInt(9) : "");
  }
}

package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A JSON document with one thing wrong, at every place in turn: each field and each element is
 * removed, repeated, and replaced by values of other types, sizes and forms. Also for tests of
 * other modules.
 */
public final class JsonMutations {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String HERE = "@here@";

  /** What is put in a place, as it stands in the file. */
  private static final List<String> VALUES =
      List.of(
          "null",
          "true",
          "-1",
          "0",
          "1",
          "3",
          "16777217",
          "2147483648",
          "4294967295",
          "18446744073709551615",
          "1e400",
          "-1e308",
          "0.5",
          "NaN",
          "\"NaN\"",
          "\"\"",
          "\" \"",
          "\"a\"",
          "\"\\u0000\"",
          "\"\\ud800\"",
          "\"\\u0301\\ud83d\\ude00\"",
          "\"" + "long".repeat(50_000) + "\"",
          "\"(((\"",
          "\"(a*)*b\"",
          "\"(?:(?:a|a)+)+$\"",
          "\"\\\\p{Nope}|[z-a]|{9999999}\"",
          "\"(?<n>a)\\\\g<n>\\\\k<n>\"",
          "[]",
          "{}",
          "[\"a\", \"b\", \"c\"]",
          "{\"type\": \"Precompiled\", \"precompiled_charsmap\": \"AAAA\"}",
          "{\"String\": \"\"}",
          "[".repeat(400) + "]".repeat(400),
          "{\"type\":\"Sequence\",\"normalizers\":[".repeat(200) + "]}".repeat(200));

  private JsonMutations() {}

  /**
   * A document with something wrong.
   *
   * @param what was done, for messages
   * @param text the whole document
   */
  public record Mutant(String what, String text) {}

  /**
   * Some of a document's mutants.
   *
   * @param most how many at most; which, the seed decides
   */
  public static List<Mutant> of(JsonNode document, int most, long seed) {
    List<Mutant> mutants = new ArrayList<>();
    JsonNode copy = document.deepCopy();
    visit(copy, copy, "", mutants);
    Collections.shuffle(mutants, new Random(seed));
    return mutants.subList(0, Math.min(most, mutants.size()));
  }

  private static void visit(JsonNode root, JsonNode at, String path, List<Mutant> mutants) {
    if (at instanceof ObjectNode object) {
      for (String name : List.copyOf(object.propertyNames())) {
        JsonNode before = object.get(name);
        String here = path + "/" + name;
        object.remove(name);
        mutants.add(new Mutant(here + " is removed", root.toString()));
        object.put(HERE, "").set(name, before);
        String twice = JSON.writeValueAsString(name) + ":" + before;
        mutants.add(
            new Mutant(here + " stands twice", root.toString().replace("\"@here@\":\"\"", twice)));
        object.remove(HERE);
        object.put(name, HERE);
        replaced(root, here, mutants);
        object.set(name, before);
        visit(root, before, here, mutants);
      }
    } else if (at instanceof ArrayNode array) {
      for (int i = 0; i < array.size(); i++) {
        JsonNode before = array.get(i);
        String here = path + "/" + i;
        array.remove(i);
        mutants.add(new Mutant(here + " is removed", root.toString()));
        array.insert(i, HERE);
        replaced(root, here, mutants);
        array.set(i, before);
        visit(root, before, here, mutants);
      }
    }
  }

  private static void replaced(JsonNode root, String path, List<Mutant> mutants) {
    String text = root.toString();
    for (String value : VALUES) {
      String shown = value.length() > 40 ? value.substring(0, 40) + "…" : value;
      mutants.add(new Mutant(path + " is " + shown, text.replace("\"" + HERE + "\"", value)));
    }
  }
}

package org.optirag.backbone.tokenizer;

import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The tokens that steer a model: what its file calls special, what was added to its vocabulary in
 * angle or square brackets, and the marks of chat formats, whatever the file calls them. Published
 * files call {@code <|im_end|>} or {@code </s>} a word now and then, and a title must not be able
 * to write one.
 */
final class ControlTokens {
  /** What chat formats part turns with, where the vocabulary has it. */
  private static final Set<String> MARKS =
      Set.of(
          "<|im_start|>",
          "<|im_end|>",
          "<|begin_of_text|>",
          "<|end_of_text|>",
          "<|endoftext|>",
          "<|start_header_id|>",
          "<|end_header_id|>",
          "<|eot_id|>",
          "<|system|>",
          "<|user|>",
          "<|assistant|>",
          "<|end|>",
          "<s>",
          "</s>",
          "<<SYS>>",
          "<</SYS>>",
          "[INST]",
          "[/INST]",
          "[SYSTEM_PROMPT]",
          "[/SYSTEM_PROMPT]");

  private static final Pattern BRACKETS = Pattern.compile("<.*\\S.*>|\\[.*\\S.*]");

  /** A name that no text can spell: control characters never reach a tokenizer as data. */
  private static final String HIDDEN = "\u0000";

  private final Map<String, Token> tokens = new LinkedHashMap<>();
  private final Map<Integer, String> names = new HashMap<>();
  private final Pattern pattern;

  /**
   * @param id its id
   * @param eatsLeft whether it takes the white space before it with it
   * @param eatsRight whether it takes the white space behind it with it
   */
  record Token(int id, boolean eatsLeft, boolean eatsRight) {}

  /** Of a tokenizer.json. */
  ControlTokens(ObjectNode json) {
    for (JsonNode token : json.path("added_tokens")) {
      String text = token.path("content").asString("");
      if (token.path("special").asBoolean(false)
          || MARKS.contains(text)
          || BRACKETS.matcher(text).matches()) {
        add(
            text,
            new Token(
                token.path("id").asInt(-1),
                token.path("lstrip").asBoolean(false),
                token.path("rstrip").asBoolean(false)));
      }
    }
    unspelled(json.path("model")).forEach((mark, id) -> add(mark, new Token(id, false, false)));
    this.pattern =
        Pattern.compile(
            tokens.keySet().stream()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|")));
  }

  /**
   * The marks among a vocabulary's plain words, but not those that letters are joined to: the word
   * {@code <s>} that Qwen's vocabulary has is HTML's.
   */
  private Map<String, Integer> unspelled(JsonNode model) {
    Map<String, Integer> found = new LinkedHashMap<>();
    if (model.path("vocab") instanceof ObjectNode words) {
      MARKS.stream()
          .filter(mark -> words.has(mark) && !tokens.containsKey(mark))
          .forEach(mark -> found.put(mark, words.path(mark).asInt(-1)));
    }
    if (!found.isEmpty()) {
      model.path("merges").forEach(merge -> found.remove(String.join("", parts(merge))));
    }
    return found;
  }

  private void add(String text, Token token) {
    if (!text.isEmpty() && token.id >= 0) {
      tokens.put(text, token);
      names.put(token.id, text);
    }
  }

  /** What finds them in a frame, the longest first; not to be used where there are none. */
  Pattern pattern() {
    return pattern;
  }

  boolean isEmpty() {
    return tokens.isEmpty();
  }

  boolean has(String text) {
    return tokens.containsKey(text);
  }

  boolean has(int id) {
    return names.containsKey(id);
  }

  /** The token of a text that {@link #has} says yes to. */
  Token of(String text) {
    Token token = tokens.get(text);
    if (token == null) {
      throw new IllegalArgumentException(text);
    }
    return token;
  }

  /** Makes a tokenizer.json read them as text like any other. */
  void hideIn(ObjectNode json) {
    ArrayNode kept = json.arrayNode();
    for (JsonNode token : json.path("added_tokens")) {
      if (!has(token.path("content").asString(""))) {
        kept.add(token);
      }
    }
    json.set("added_tokens", kept);
    if (json.path("model") instanceof ObjectNode model) {
      hideInModel(model);
    }
  }

  /** Without their names in the vocabulary and without the merges that would make them. */
  private void hideInModel(ObjectNode model) {
    JsonNode vocabulary = model.path("vocab");
    String unknown = model.path("unk_token").asString("");
    if (vocabulary instanceof ObjectNode words) {
      for (String text : tokens.keySet()) {
        JsonNode id = words.remove(text);
        if (id != null && text.equals(unknown)) {
          // The model refers to it, so it stays, under a name that no text has.
          words.set(HIDDEN + text, id);
          model.put("unk_token", HIDDEN + text);
        }
      }
    } else {
      for (JsonNode piece : vocabulary) {
        if (piece instanceof ArrayNode pair && has(pair.path(0).asString(""))) {
          pair.set(0, pair.stringNode(HIDDEN + pair.path(0).asString("")));
        }
      }
    }
    if (model.path("merges") instanceof ArrayNode merges && !tokens.isEmpty()) {
      ArrayNode kept = model.arrayNode(merges.size());
      for (JsonNode merge : merges) {
        String[] parts = parts(merge);
        if (!has(parts[0]) && !has(parts[1]) && !has(parts[0] + parts[1])) {
          kept.add(merge);
        }
      }
      model.set("merges", kept);
    }
  }

  private static String[] parts(JsonNode merge) {
    if (merge.isArray()) {
      return new String[] {merge.path(0).asString(""), merge.path(1).asString("")};
    }
    String text = merge.asString("");
    int space = text.indexOf(' ', 1);
    return space < 0
        ? new String[] {text, ""}
        : new String[] {text.substring(0, space), text.substring(space + 1)};
  }
}

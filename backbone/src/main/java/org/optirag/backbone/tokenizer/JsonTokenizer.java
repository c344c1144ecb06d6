package org.optirag.backbone.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer in Hugging Face's tokenizer.json form, run by their library. It is loaded twice: as
 * it is, for the frame of a prompt, and without its control tokens, for data.
 */
final class JsonTokenizer implements Tokenizer {
  private static final String FLAVOR = "RUST_FLAVOR";

  /** Never add, cut or fill anything. */
  private static final Map<String, String> PLAIN =
      Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false");

  static {
    // The library would report its first use over the network.
    System.setProperty("OPT_OUT_TRACKING", "true");
    // Where there is a GPU it would look for a CUDA build of itself, and there is none.
    if (System.getenv(FLAVOR) == null && System.getProperty(FLAVOR) == null) {
      System.setProperty(FLAVOR, "cpu");
    }
  }

  private final HuggingFaceTokenizer frame;
  private final HuggingFaceTokenizer data;
  private final int size;

  /**
   * @param origin named in errors
   */
  JsonTokenizer(Path origin, ObjectNode json) {
    json.putNull("truncation");
    json.putNull("padding");
    this.size = size(json);
    this.frame = load(origin, json);
    try {
      this.data = load(origin, withoutControlTokens(json));
    } catch (RuntimeException e) {
      frame.close();
      throw e;
    }
  }

  private static HuggingFaceTokenizer load(Path origin, ObjectNode json) {
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), PLAIN);
    } catch (IOException | RuntimeException e) {
      throw new UserException(
          "The tokenizer of " + origin + " cannot be loaded: " + e.getMessage() + ".",
          "Download the model again; if the error stays, its tokenizer is of an unknown kind.",
          e);
    }
  }

  private static int size(ObjectNode json) {
    Set<Integer> ids = new HashSet<>();
    JsonNode vocabulary = json.path("model").path("vocab");
    if (vocabulary.isArray()) {
      for (int i = 0; i < vocabulary.size(); i++) {
        ids.add(i);
      }
    } else {
      vocabulary.forEach(id -> ids.add(id.asInt(0)));
    }
    json.path("added_tokens").forEach(token -> ids.add(token.path("id").asInt(0)));
    return ids.size();
  }

  /** The same tokenizer, to which control tokens are text like any other. */
  private static ObjectNode withoutControlTokens(ObjectNode json) {
    ObjectNode copy = json.deepCopy();
    ArrayNode kept = copy.arrayNode();
    JsonNode vocabulary = copy.path("model").path("vocab");
    for (JsonNode token : copy.path("added_tokens")) {
      if (!token.path("special").asBoolean(false)) {
        kept.add(token);
      } else if (vocabulary instanceof ObjectNode words && !isUnknown(copy, token)) {
        words.remove(token.path("content").asString(""));
      }
    }
    copy.set("added_tokens", kept);
    copy.putNull("post_processor");
    return copy;
  }

  /** The unknown token must stay in the vocabulary: the model refers to it. */
  private static boolean isUnknown(ObjectNode json, JsonNode token) {
    return json.path("model").path("unk_token").equals(token.path("content"));
  }

  @Override
  public int[] encode(String text) {
    return ids(data, text);
  }

  @Override
  public int[] encodeFrame(String text) {
    return ids(frame, text);
  }

  private static int[] ids(HuggingFaceTokenizer tokenizer, String text) {
    if (text.isEmpty()) {
      return new int[0];
    }
    long[] wide = tokenizer.encode(wellFormed(text), false, false).getIds();
    int[] ids = new int[wide.length];
    for (int i = 0; i < ids.length; i++) {
      ids[i] = Math.toIntExact(wide[i]);
    }
    return ids;
  }

  /** Half a surrogate pair is no text: it becomes the replacement character. */
  private static String wellFormed(String text) {
    return text.codePoints().anyMatch(c -> c >= 0xD800 && c <= 0xDFFF)
        ? text.codePoints()
            .map(c -> c >= 0xD800 && c <= 0xDFFF ? 0xFFFD : c)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString()
        : text;
  }

  @Override
  public String decode(int[] tokens) {
    long[] wide = new long[tokens.length];
    for (int i = 0; i < wide.length; i++) {
      wide[i] = tokens[i];
    }
    return frame.decode(wide, false);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    frame.close();
    data.close();
  }
}

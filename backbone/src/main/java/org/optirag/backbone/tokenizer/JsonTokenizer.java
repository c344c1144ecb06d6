package org.optirag.backbone.tokenizer;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.stream.IntStream;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A tokenizer in Hugging Face's tokenizer.json form, run by their library. It is loaded twice: as
 * it is, to read tokens back, and without its control tokens and without its rule for spaces before
 * a text, to encode. Frames are split at control tokens here, so that these are tokens whatever
 * flag the file gives them.
 */
final class JsonTokenizer implements Tokenizer {
  private static final String FLAVOR = "RUST_FLAVOR";

  /** What the library says may quote the file at any length. */
  private static final int MOST_REASON = 200;

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

  private final HuggingFaceTokenizer whole;
  private final HuggingFaceTokenizer data;
  private final ControlTokens controls;
  private final TextPrefix prefix;
  private final int[] beginning;
  private final int size;

  /**
   * @param origin named in errors
   * @throws UserException if something in it is not known: see {@link TokenizerCheck}
   */
  JsonTokenizer(Path origin, ObjectNode json) {
    TokenizerCheck.require(origin, json);
    json.putNull("truncation");
    json.putNull("padding");
    this.size = size(json);
    this.controls = new ControlTokens(json);
    this.beginning = beginning(json, controls);
    json.putNull("post_processor"); // read above; the library is never asked for it
    this.whole = load(origin, json);
    try {
      ObjectNode plain = json.deepCopy();
      controls.hideIn(plain);
      this.prefix = TextPrefix.takenOut(plain);
      this.data = load(origin, plain);
    } catch (RuntimeException e) {
      whole.close();
      throw e;
    }
  }

  private static HuggingFaceTokenizer load(Path origin, ObjectNode json) {
    byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
    try {
      return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(bytes), PLAIN);
    } catch (IOException | RuntimeException e) {
      throw new UserException(
          "The tokenizer of " + origin + " cannot be loaded: " + firstLine(e) + ".",
          "Download the model again; if the error stays, its tokenizer is of an unknown kind.",
          e);
    }
  }

  private static String firstLine(Exception e) {
    String line = String.valueOf(e.getMessage()).lines().findFirst().orElse("no reason given");
    return line.length() > MOST_REASON ? line.substring(0, MOST_REASON) + "…" : line;
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

  /** The special tokens that the post-processor puts before a text. */
  private static int[] beginning(ObjectNode json, ControlTokens controls) {
    List<JsonNode> processors = new ArrayList<>(List.of(json.path("post_processor")));
    json.path("post_processor").path("processors").forEach(processors::add);
    List<Integer> ids = new ArrayList<>();
    for (JsonNode processor : processors) {
      for (JsonNode part : processor.path("single")) {
        String special = part.path("SpecialToken").path("id").asString("");
        if (special.isEmpty()) {
          break;
        }
        if (controls.has(special)) {
          ids.add(controls.of(special).id());
        }
      }
    }
    return ids.stream().mapToInt(id -> id).toArray();
  }

  @Override
  public int[] encode(String text, Place place) {
    return ids(data, prefix.before(text, place));
  }

  @Override
  public int[] encodeFrame(String frame, Place place) {
    if (controls.isEmpty()) {
      return encode(frame, place);
    }
    IntStream.Builder ids = IntStream.builder();
    Matcher matcher = controls.pattern().matcher(frame);
    Place here = place;
    int from = 0;
    boolean eaten = false;
    while (matcher.find()) {
      ControlTokens.Token token = controls.of(matcher.group());
      String text = frame.substring(from, matcher.start());
      add(ids, stripped(text, eaten, token.eatsLeft()), here);
      ids.add(token.id());
      here = Place.AFTER_CONTROL;
      from = matcher.end();
      eaten = token.eatsRight();
    }
    add(ids, stripped(frame.substring(from), eaten, false), here);
    return ids.build().toArray();
  }

  private void add(IntStream.Builder ids, String text, Place place) {
    for (int id : encode(text, place)) {
      ids.add(id);
    }
  }

  private static String stripped(String text, boolean left, boolean right) {
    String rest = left ? text.stripLeading() : text;
    return right ? rest.stripTrailing() : rest;
  }

  @Override
  public Place after(int[] tokens) {
    if (tokens.length == 0) {
      return Place.START;
    }
    return controls.has(tokens[tokens.length - 1]) ? Place.AFTER_CONTROL : Place.AFTER_TEXT;
  }

  @Override
  public int[] beginning() {
    return beginning.clone();
  }

  @Override
  public boolean spaces(Place place) {
    return prefix.at(place);
  }

  @Override
  public boolean isControl(String text) {
    return controls.has(text);
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
    return whole.decode(wide, false);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void close() {
    whole.close();
    data.close();
  }
}

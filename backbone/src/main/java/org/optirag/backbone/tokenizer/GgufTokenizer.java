package org.optirag.backbone.tokenizer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.optirag.backbone.weights.GgufFile;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Writes the tokenizer that a GGUF file describes as a tokenizer.json. */
final class GgufTokenizer {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int NORMAL = 1;
  private static final int CONTROL = 3;
  private static final int USER_DEFINED = 4;

  /** SentencePiece makes pieces of 16 characters unless told otherwise. */
  private static final int LONGEST_PIECE = 512;

  private static final String PRE = "tokenizer.ggml.pre";

  /**
   * Read here, or of no matter to the tokens of a prompt: ids of tokens that texts are closed or
   * filled with, templates of conversations, the same tokenizer in another form. What else changes
   * a text before it is split would be in keys that are not here.
   */
  private static final Pattern KNOWN =
      Pattern.compile(
          "tokenizer\\.(chat_templates?(\\..*)?|huggingface\\.json|ggml\\.(model|pre|tokens"
              + "|token_type|token_type_count|scores|merges|add_(bos|eos|sep)_token"
              + "|add_space_prefix|suppress_tokens|(bos|eos|eot|eom|unknown|seperator|padding|cls"
              + "|mask|prefix|suffix|middle|fim_(pre|suf|mid|pad|rep|sep))_token_id))");

  private static final Set<String> LLAMA3 = Set.of("llama-bpe", "llama3", "llama-v3");
  private static final String LLAMA3_WORDS =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}%s"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  private final GgufFile file;
  private final List<String> tokens;
  private final long[] types;

  private GgufTokenizer(GgufFile file) {
    this.file = file;
    this.tokens = file.texts("tokenizer.ggml.tokens");
    this.types =
        file.metadata().get("tokenizer.ggml.token_type") instanceof long[] found
            ? found
            : new long[0];
    if (tokens.isEmpty()) {
      throw new UserException(
          "The model file " + file.path() + " describes no tokenizer.",
          "Use a GGUF file made by llama.cpp's converter, with its vocabulary.");
    }
    file.metadata()
        .forEach((key, value) -> {
          boolean known = !key.startsWith("tokenizer.") || KNOWN.matcher(key).matches();
          if (!known && !Boolean.FALSE.equals(value)) {
            throw new UserException(
                "The tokenizer of %s has %s, which is not implemented.".formatted(file.path(), key),
                "Use the model's directory with tokenizer.json instead of the GGUF file.");
          }
        });
  }

  /** The tokenizer.json of a file. */
  static ObjectNode describe(GgufFile file) {
    GgufTokenizer source = new GgufTokenizer(file);
    String model = String.valueOf(file.text("tokenizer.ggml.model"));
    return switch (model) {
      case "gpt2" -> source.byteLevel();
      case "llama" -> source.sentencePiece();
      default ->
          throw new UserException(
              "The tokenizer of " + file.path() + " is of the kind \"" + model + "\".",
              "Use a model with a byte-level BPE (gpt2) or SentencePiece (llama) tokenizer.");
    };
  }

  private ObjectNode byteLevel() {
    String words = file.text(PRE);
    if (words == null || words.equals("default")) {
      throw new UserException(
          "The tokenizer of %s does not say how it splits words: %s is %s."
              .formatted(file.path(), PRE, words == null ? "missing" : "\"default\""),
          "Use a file that a recent llama.cpp converted, or the model's directory with"
              + " tokenizer.json.");
    }
    ObjectNode json = frame();
    ArrayNode steps =
        json.putObject("pre_tokenizer").put("type", "Sequence").putArray("pretokenizers");
    boolean ignoreMerges = false;
    switch (words) {
      case "smollm" -> {
        steps.addObject().put("type", "Digits").put("individual_digits", true);
        steps.add(bytes(true));
      }
      case "llama-bpe", "llama3", "llama-v3" -> {
        ignoreMerges = true;
        steps.add(split(LLAMA3_WORDS.formatted("{1,3}"))).add(bytes(false));
      }
      case "qwen2", "deepseek-r1-qwen" -> {
        json.putObject("normalizer").put("type", "NFC");
        steps.add(split(LLAMA3_WORDS.formatted(""))).add(bytes(false));
      }
      case "gpt-2" -> steps.add(bytes(true));
      default ->
          throw new UserException(
              "The tokenizer of " + file.path() + " splits words by \"" + words + "\".",
              "Use the model's directory with tokenizer.json instead of the GGUF file.");
    }
    json.set("decoder", bytes(true));
    ObjectNode model = model(json, ignoreMerges, false);
    ArrayNode merges = model.putArray("merges");
    for (String merge : file.texts("tokenizer.ggml.merges")) {
      int space = merge.indexOf(' ', 1);
      if (space < 0) {
        throw new UserException(
            "The tokenizer of %s has the merge \"%s\".".formatted(file.path(), merge),
            "The file is broken: download it again.");
      }
      merges.addArray().add(merge.substring(0, space)).add(merge.substring(space + 1));
    }
    return json;
  }

  private static ObjectNode bytes(boolean regex) {
    return JSON.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  private static ObjectNode split(String regex) {
    ObjectNode split = JSON.createObjectNode().put("type", "Split");
    split.putObject("pattern").put("Regex", regex);
    return split.put("behavior", "Isolated").put("invert", false);
  }

  /** Llama 2's: BPE over characters, spaces as ▁, unknown characters as bytes. */
  private ObjectNode sentencePiece() {
    ObjectNode json = frame();
    ArrayNode normalizers =
        json.putObject("normalizer").put("type", "Sequence").putArray("normalizers");
    if (!Boolean.FALSE.equals(file.metadata().get("tokenizer.ggml.add_space_prefix"))) {
      normalizers.addObject().put("type", "Prepend").put("prepend", "▁");
    }
    normalizers.add(replace(" ", "▁"));
    ArrayNode decoders = json.putObject("decoder").put("type", "Sequence").putArray("decoders");
    decoders.add(replace("▁", " "));
    decoders.addObject().put("type", "ByteFallback");
    decoders.addObject().put("type", "Fuse");
    decoders.addObject().put("type", "Strip").put("content", " ").put("start", 1).put("stop", 0);
    ObjectNode model = model(json, false, true);
    model.put(
        "unk_token",
        tokens.get(
            Math.clamp(file.number("tokenizer.ggml.unknown_token_id", 0), 0, tokens.size() - 1)));
    model.put("fuse_unk", true);
    ArrayNode merges = model.putArray("merges");
    for (Merge merge : merges()) {
      merges.addArray().add(merge.left).add(merge.right);
    }
    return json;
  }

  private static ObjectNode replace(String from, String to) {
    ObjectNode replace = JSON.createObjectNode().put("type", "Replace");
    replace.putObject("pattern").put("String", from);
    return replace.put("content", to);
  }

  private record Merge(String left, String right, double score, int leftId, int rightId) {}

  /**
   * SentencePiece joins whatever pair makes the piece of the best score; as an ordered list of
   * merges that is every way to part a piece into two, best piece first.
   */
  private List<Merge> merges() {
    if (!(file.metadata().get("tokenizer.ggml.scores") instanceof double[] scores)
        || scores.length != tokens.size()) {
      throw new UserException(
          "The tokenizer of " + file.path() + " has no score for every token.",
          "The file is broken: download it again.");
    }
    Map<String, Integer> ids = new HashMap<>();
    for (int i = 0; i < tokens.size(); i++) {
      ids.put(tokens.get(i), i);
    }
    List<Merge> merges = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      String piece = tokens.get(i);
      if (piece.length() > LONGEST_PIECE || (i < types.length && types[i] != NORMAL)) {
        continue; // Control tokens and bytes are no text: nothing merges into them.
      }
      for (int cut = 1; cut < piece.length(); cut++) {
        Integer left = ids.get(piece.substring(0, cut));
        Integer right = ids.get(piece.substring(cut));
        if (left != null && right != null) {
          merges.add(
              new Merge(piece.substring(0, cut), piece.substring(cut), scores[i], left, right));
        }
      }
    }
    merges.sort(
        Comparator.comparingDouble(Merge::score)
            .reversed()
            .thenComparing(Comparator.<Merge>comparingInt(m -> m.left.length()).reversed())
            .thenComparing(Comparator.<Merge>comparingInt(m -> m.right.length()).reversed())
            .thenComparingInt(Merge::leftId)
            .thenComparingInt(Merge::rightId));
    return merges;
  }

  /** What both kinds have: the control tokens and those that users added. */
  private ObjectNode frame() {
    ObjectNode json = JSON.createObjectNode().put("version", "1.0");
    ArrayNode added = json.putArray("added_tokens");
    for (int id = 0; id < Math.min(types.length, tokens.size()); id++) {
      if (types[id] == CONTROL || types[id] == USER_DEFINED) {
        added
            .addObject()
            .put("id", id)
            .put("content", tokens.get(id))
            .put("single_word", false)
            .put("lstrip", false)
            .put("rstrip", false)
            .put("normalized", false)
            .put("special", types[id] == CONTROL);
      }
    }
    beginning(json);
    return json;
  }

  /** The token that the model expects first, where the file says that there is one. */
  private void beginning(ObjectNode json) {
    boolean sentencePiece = "llama".equals(file.text("tokenizer.ggml.model"));
    boolean usual = sentencePiece || LLAMA3.contains(String.valueOf(file.text(PRE)));
    Object said = file.metadata().get("tokenizer.ggml.add_bos_token");
    long id = file.number("tokenizer.ggml.bos_token_id", sentencePiece ? 1 : -1);
    if (!(said instanceof Boolean wanted ? wanted : usual) || id < 0 || id >= tokens.size()) {
      return;
    }
    String text = tokens.get((int) id);
    ObjectNode processor = json.putObject("post_processor").put("type", "TemplateProcessing");
    ArrayNode single = processor.putArray("single");
    single.addObject().putObject("SpecialToken").put("id", text).put("type_id", 0);
    single.addObject().putObject("Sequence").put("id", "A").put("type_id", 0);
    processor.set("pair", single.deepCopy());
    ObjectNode special = processor.putObject("special_tokens").putObject(text).put("id", text);
    special.putArray("ids").add(id);
    special.putArray("tokens").add(text);
  }

  private ObjectNode model(ObjectNode json, boolean ignoreMerges, boolean byteFallback) {
    ObjectNode model = json.putObject("model").put("type", "BPE");
    model.put("byte_fallback", byteFallback).put("ignore_merges", ignoreMerges);
    ObjectNode vocabulary = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      vocabulary.put(tokens.get(id), id);
    }
    return model;
  }
}

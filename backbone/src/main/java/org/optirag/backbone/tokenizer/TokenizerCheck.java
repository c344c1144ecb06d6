package org.optirag.backbone.tokenizer;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Checks a tokenizer.json before native code reads it. The library that reads it ends the whole
 * process where it meets what it did not expect, and such a file may come from a stranger. So every
 * kind of step, every field, type and number is one that is known here, and a pattern is of a form
 * whose work is bounded ({@link SplitPattern}). What is not known is refused by its name.
 */
final class TokenizerCheck {
  private static final int MOST_TOKENS = 1 << 21;
  private static final int MOST_MERGES = 1 << 23;
  private static final int MOST_ADDED = 1 << 16;
  private static final int HIGHEST_ID = 1 << 24;
  private static final int LONGEST_TOKEN = 4_096;
  private static final int LONGEST_TEXT = 64;
  private static final int DEEPEST = 3;
  private static final double MOST_SCORE = 1e6;

  private static final Rule FLAG =
      (at, node) -> at.require(node.isBoolean(), node, "true or false");
  private static final Rule MAYBE_FLAG =
      (at, node) -> at.require(node.isBoolean() || node.isNull(), node, "true, false or null");
  private static final Rule TEXT = (at, node) -> at.text(node, 0, LONGEST_TEXT);
  private static final Rule SOME_TEXT = (at, node) -> at.text(node, 1, LONGEST_TEXT);
  private static final Rule NOTHING =
      (at, node) ->
          at.require(
              node.isNull() || (node.isString() && node.stringValue().isEmpty()), node, "nothing");
  private static final Rule NO_NUMBER =
      (at, node) ->
          at.require(
              node.isNull() || (node.isNumber() && node.doubleValue() == 0), node, "null or 0");
  private static final Rule CHARACTER =
      (at, node) -> {
        at.text(node, 1, 2);
        at.require(node.stringValue().codePoints().count() == 1, node, "one character");
      };
  private static final Rule BEHAVIOUR =
      oneOf("Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous");
  private static final Rule PATTERN = TokenizerCheck::pattern;

  private static final Map<String, Rule> NO_FIELDS = Map.of();
  private static final Map<String, Rule> BYTE_LEVEL =
      Map.of("add_prefix_space", FLAG, "trim_offsets", FLAG, "use_regex", FLAG);
  private static final Map<String, Rule> REPLACE = Map.of("pattern", PATTERN, "content", TEXT);
  private static final Map<String, Rule> METASPACE =
      Map.of(
          "replacement",
          CHARACTER,
          "str_rep",
          TEXT,
          "add_prefix_space",
          FLAG,
          "prepend_scheme",
          oneOf("first", "never", "always"),
          "split",
          FLAG);

  private static final Map<String, Map<String, Rule>> NORMALIZERS =
      Map.ofEntries(
          Map.entry("NFC", NO_FIELDS),
          Map.entry("NFD", NO_FIELDS),
          Map.entry("NFKC", NO_FIELDS),
          Map.entry("NFKD", NO_FIELDS),
          Map.entry("Lowercase", NO_FIELDS),
          Map.entry("StripAccents", NO_FIELDS),
          Map.entry("Strip", Map.of("strip_left", FLAG, "strip_right", FLAG)),
          Map.entry("Prepend", Map.of("prepend", SOME_TEXT)),
          Map.entry("Replace", REPLACE),
          Map.entry(
              "BertNormalizer",
              Map.of(
                  "clean_text",
                  FLAG,
                  "handle_chinese_chars",
                  FLAG,
                  "strip_accents",
                  MAYBE_FLAG,
                  "lowercase",
                  FLAG)));

  private static final Map<String, Map<String, Rule>> PRE_TOKENIZERS =
      Map.of(
          "ByteLevel",
          BYTE_LEVEL,
          "Digits",
          Map.of("individual_digits", FLAG),
          "Split",
          Map.of("pattern", PATTERN, "behavior", BEHAVIOUR, "invert", FLAG),
          "Metaspace",
          METASPACE,
          "Punctuation",
          Map.of("behavior", BEHAVIOUR),
          "CharDelimiterSplit",
          Map.of("delimiter", CHARACTER),
          "Whitespace",
          NO_FIELDS,
          "WhitespaceSplit",
          NO_FIELDS,
          "BertPreTokenizer",
          NO_FIELDS,
          "UnicodeScripts",
          NO_FIELDS);

  private static final Map<String, Map<String, Rule>> DECODERS =
      Map.of(
          "ByteLevel",
          BYTE_LEVEL,
          "Replace",
          REPLACE,
          "ByteFallback",
          NO_FIELDS,
          "Fuse",
          NO_FIELDS,
          "Strip",
          // Of a token shorter than what is to be cut from its end the library reads beyond it.
          Map.of("content", CHARACTER, "start", whole(0, 16), "stop", whole(0, 0)),
          "Metaspace",
          METASPACE);

  private static final Map<String, Rule> ADDED =
      Map.of(
          "id",
          whole(0, HIGHEST_ID),
          "content",
          (at, node) -> at.text(node, 1, LONGEST_TOKEN),
          "single_word",
          FLAG,
          "lstrip",
          FLAG,
          "rstrip",
          FLAG,
          "normalized",
          FLAG,
          "special",
          FLAG);

  /** Checked where they are read below, or not given to the library at all. */
  private static final Set<String> PARTS =
      Set.of(
          "version",
          "truncation",
          "padding",
          "added_tokens",
          "normalizer",
          "pre_tokenizer",
          "post_processor",
          "decoder",
          "model");

  private TokenizerCheck() {}

  /** What a value must be. */
  @FunctionalInterface
  private interface Rule {
    void check(Place at, JsonNode node);
  }

  /**
   * Checks a tokenizer.
   *
   * @param origin named in errors
   * @throws UserException if something in it is not known; names the field
   */
  static void require(Path origin, ObjectNode json) {
    Place root = new Place(origin, "");
    for (String name : json.propertyNames()) {
      if (!PARTS.contains(name)) {
        throw root.child(name).wrong("is not known");
      }
    }
    added(root.child("added_tokens"), json.path("added_tokens"));
    step(root.child("normalizer"), json.path("normalizer"), "normalizers", NORMALIZERS, DEEPEST);
    step(
        root.child("pre_tokenizer"),
        json.path("pre_tokenizer"),
        "pretokenizers",
        PRE_TOKENIZERS,
        DEEPEST);
    step(root.child("decoder"), json.path("decoder"), "decoders", DECODERS, DEEPEST);
    Place model = root.child("model");
    if (!(json.path("model") instanceof ObjectNode object)) {
      throw model.wrong("is no object");
    }
    String type = object.path("type").asString(object.has("merges") ? "BPE" : "Unigram");
    switch (type) {
      case "BPE" -> bpe(model, object);
      case "Unigram" -> unigram(model, object);
      default ->
          throw model
              .child("type")
              .wrong("is %s, expected BPE or Unigram".formatted(shown(object.path("type"))));
    }
  }

  private static void added(Place place, JsonNode tokens) {
    if (tokens.isMissingNode()) {
      return;
    }
    place.require(tokens.isArray() && tokens.size() <= MOST_ADDED, tokens, "a list of tokens");
    for (int i = 0; i < tokens.size(); i++) {
      fields(place.element(i), tokens.get(i), ADDED, Set.of());
    }
  }

  /** A step, or a sequence of steps. */
  private static void step(
      Place place, JsonNode node, String list, Map<String, Map<String, Rule>> kinds, int deep) {
    if (node.isMissingNode() || node.isNull()) {
      return;
    }
    place.require(node.isObject(), node, "an object");
    String type = node.path("type").asString("");
    if (type.equals("Sequence") && deep > 0) {
      JsonNode steps = node.path(list);
      place.child(list).require(steps.isArray() && steps.size() <= 64, steps, "a list of steps");
      fields(place, node, Map.of(), Set.of("type", list));
      for (int i = 0; i < steps.size(); i++) {
        Place here = place.child(list).element(i);
        here.require(steps.get(i).isObject(), steps.get(i), "an object");
        step(here, steps.get(i), list, kinds, deep - 1);
      }
      return;
    }
    Map<String, Rule> known = kinds.get(type);
    if (known == null) {
      throw place
          .child("type")
          .wrong(
              "is %s, known here are %s"
                  .formatted(shown(node.path("type")), new TreeSet<>(kinds.keySet())));
    }
    fields(place, node, known, Set.of("type"));
  }

  /** Every field is known, and as it has to be. */
  private static void fields(
      Place place, JsonNode node, Map<String, Rule> known, Set<String> others) {
    place.require(node.isObject(), node, "an object");
    for (Map.Entry<String, JsonNode> field : node.properties()) {
      Place here = place.child(field.getKey());
      Rule rule = known.get(field.getKey());
      if (rule != null) {
        rule.check(here, field.getValue());
      } else if (!others.contains(field.getKey())) {
        throw here.wrong("is not known");
      }
    }
  }

  private static void pattern(Place place, JsonNode node) {
    place.require(node.isObject() && node.size() == 1, node, "a String or a Regex");
    if (node.has("String")) {
      place.child("String").text(node.path("String"), 1, LONGEST_TEXT);
      return;
    }
    JsonNode regex = node.path("Regex");
    place.child("Regex").require(regex.isString(), regex, "a pattern");
    place.child("Regex").wellFormed(regex.stringValue());
    Optional<String> problem = SplitPattern.problem(regex.stringValue());
    if (problem.isPresent()) {
      throw place.child("Regex").wrong("is %s, which %s".formatted(shown(regex), problem.get()));
    }
  }

  private static void bpe(Place place, ObjectNode model) {
    fields(
        place,
        model,
        Map.of(
            "dropout",
            NO_NUMBER,
            "continuing_subword_prefix",
            NOTHING,
            "end_of_word_suffix",
            NOTHING,
            "fuse_unk",
            FLAG,
            "byte_fallback",
            FLAG,
            "ignore_merges",
            FLAG),
        Set.of("type", "unk_token", "vocab", "merges"));
    Place at = place.child("vocab");
    JsonNode vocabulary = model.path("vocab");
    at.require(
        vocabulary.isObject() && vocabulary.size() <= MOST_TOKENS, vocabulary, "tokens with ids");
    if (vocabulary.isEmpty()) {
      throw at.wrong("is empty");
    }
    Rule id = whole(0, HIGHEST_ID);
    for (Map.Entry<String, JsonNode> token : vocabulary.properties()) {
      Place here = at.key(token.getKey());
      here.token(token.getKey());
      id.check(here, token.getValue());
    }
    JsonNode unknown = model.path("unk_token");
    if (!unknown.isMissingNode() && !unknown.isNull()) {
      place
          .child("unk_token")
          .require(
              unknown.isString() && vocabulary.has(unknown.stringValue()),
              unknown,
              "a token of the vocabulary");
    }
    merges(place.child("merges"), model.path("merges"), vocabulary);
  }

  /** Pairs of tokens that together are a token. */
  private static void merges(Place place, JsonNode merges, JsonNode vocabulary) {
    place.require(merges.isArray() && merges.size() <= MOST_MERGES, merges, "a list of pairs");
    for (int i = 0; i < merges.size(); i++) {
      JsonNode merge = merges.get(i);
      String[] pair = merge.isString() ? merge.stringValue().split(" ", -1) : new String[0];
      if (merge.isArray() && merge.size() == 2) {
        pair = new String[] {merge.path(0).asString(""), merge.path(1).asString("")};
      }
      Place here = place.element(i);
      here.require(pair.length == 2, merge, "a pair of tokens");
      for (String token : new String[] {pair[0], pair[1], pair[0] + pair[1]}) {
        if (!vocabulary.has(token)) {
          throw here.wrong(
              "speaks of \"%s\", which is no token of the vocabulary".formatted(cut(token)));
        }
      }
    }
  }

  private static void unigram(Place place, ObjectNode model) {
    fields(place, model, Map.of("byte_fallback", FLAG), Set.of("type", "unk_id", "vocab"));
    Place at = place.child("vocab");
    JsonNode vocabulary = model.path("vocab");
    at.require(
        vocabulary.isArray() && vocabulary.size() <= MOST_TOKENS, vocabulary, "tokens with scores");
    if (vocabulary.isEmpty()) {
      throw at.wrong("is empty");
    }
    for (int i = 0; i < vocabulary.size(); i++) {
      JsonNode piece = vocabulary.get(i);
      Place here = at.element(i);
      here.require(
          piece.isArray() && piece.size() == 2 && piece.path(0).isString(),
          piece,
          "a token with its score");
      here.token(piece.path(0).stringValue());
      JsonNode score = piece.path(1);
      here.require(
          score.isNumber() && Math.abs(score.doubleValue()) <= MOST_SCORE,
          score,
          "a score from %s to %s".formatted(-MOST_SCORE, MOST_SCORE));
    }
    // Without one the library fails at the first character that it does not know.
    whole(0, vocabulary.size() - 1).check(place.child("unk_id"), model.path("unk_id"));
  }

  private static Rule whole(int least, int most) {
    return (at, node) ->
        at.require(
            node.isIntegralNumber()
                && node.canConvertToInt()
                && node.intValue() >= least
                && node.intValue() <= most,
            node,
            least == most
                ? String.valueOf(least)
                : "a whole number from %d to %d".formatted(least, most));
  }

  private static Rule oneOf(String... words) {
    Set<String> known = new TreeSet<>(Set.of(words));
    return (at, node) ->
        at.require(node.isString() && known.contains(node.stringValue()), node, "one of " + known);
  }

  private static String shown(JsonNode node) {
    return node.isMissingNode() ? "missing" : cut(node.toString());
  }

  private static String cut(String text) {
    String line =
        text.codePoints()
            .limit(60)
            .collect(
                StringBuilder::new,
                (to, c) -> to.appendCodePoint(Character.isISOControl(c) || isHalf(c) ? '?' : c),
                StringBuilder::append)
            .toString();
    return line.length() < text.length() ? line + "…" : line;
  }

  /** Half a surrogate pair is no text. */
  private static boolean isHalf(int c) {
    return c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
  }

  /**
   * Where a value stands.
   *
   * @param origin the file
   * @param path from its root, for instance model.vocab["a"]
   */
  private record Place(Path origin, String path) {
    Place child(String name) {
      return new Place(origin, path.isEmpty() ? cut(name) : path + "." + cut(name));
    }

    Place element(int number) {
      return new Place(origin, path + "[" + number + "]");
    }

    Place key(String key) {
      return new Place(origin, path + "[\"" + cut(key) + "\"]");
    }

    void require(boolean holds, JsonNode found, String wanted) {
      if (!holds) {
        throw wrong("is %s, expected %s".formatted(shown(found), wanted));
      }
    }

    void text(JsonNode node, int least, int most) {
      require(
          node.isString()
              && node.stringValue().length() >= least
              && node.stringValue().length() <= most,
          node,
          "a text of %d to %d characters".formatted(least, most));
      wellFormed(node.stringValue());
    }

    void token(String token) {
      if (token.length() > LONGEST_TOKEN) {
        throw wrong("has %d characters, more than %d".formatted(token.length(), LONGEST_TOKEN));
      }
      wellFormed(token);
    }

    void wellFormed(String text) {
      if (text.codePoints().anyMatch(TokenizerCheck::isHalf)) {
        throw wrong("holds half a surrogate pair");
      }
    }

    UserException wrong(String problem) {
      return new UserException(
          "The tokenizer of %s cannot be used: %s %s.".formatted(origin, path, problem),
          "Download the model again; if the error stays, its tokenizer is of an unknown kind.");
    }
  }
}

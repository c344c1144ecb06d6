package org.optirag.backbone.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.JsonMutations;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tokenizers that somebody has tampered with. Hugging Face's library ends the process where it
 * meets what it did not expect, so that this process is alive at the end is the assertion.
 */
class HostileTokenizersTest {
  private static final long SEED = 20261130;
  private static final int MUTANTS = 800;

  private static final List<String> TEXTS =
      List.of(
          "",
          " ",
          "a",
          "abab No",
          "  \n\t  ",
          "é ß 漢字 😀\u0301",
          "a\u0000b",
          "aaaaaaaaaaaaaaaaaaaaaa!");

  private static final String LLAMA3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"byteLevel", "sentencePiece", "unigram"})
  void whateverStandsInATokenizerItIsReadOrRefused(String kind) throws IOException {
    ObjectNode whole = whole(kind);
    assertThat(use(whole.toString())).as("the whole one").isTrue();
    int read = 0;
    for (JsonMutations.Mutant mutant : JsonMutations.of(whole, MUTANTS, SEED)) {
      try {
        read += use(mutant.text()) ? 1 : 0;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ": " + mutant.what(), e);
      }
    }
    // Were none refused, the damage would miss what counts; were all, nothing else was tried.
    assertThat(read).isBetween(MUTANTS / 100, MUTANTS / 2);
  }

  /** Whether it opens; then it is used in every way. */
  private boolean use(String json) throws IOException {
    Path file = directory.resolve("tokenizer.json");
    Files.writeString(file, json);
    try (Tokenizer tokenizer = Tokenizers.open(directory)) {
      for (String text : TEXTS) {
        for (Tokenizer.Place place : Tokenizer.Place.values()) {
          tokenizer.decode(tokenizer.encode(text, place));
        }
        tokenizer.decode(tokenizer.encodeFrame(text + "<s>" + text));
      }
      int[] all = new int[20];
      for (int id = 0; id < all.length; id++) {
        all[id] = id;
        tokenizer.decode(new int[] {id});
      }
      tokenizer.decode(all);
      tokenizer.decode(new int[0]);
      return true;
    } catch (UserException e) {
      assertThat(e.problem()).contains(file.toString()).hasSizeLessThan(600).doesNotContain("\n");
      assertThat(e.wayOut()).isNotBlank();
      return false;
    }
  }

  @Test
  void whatIsRefusedIsNamedByFileAndField() {
    refused(
        "byteLevel", json -> step(json, "decoder").put("type", "Spell"), "decoder", "\"Spell\"");
    refused("byteLevel", json -> model(json).put("dropout", 0.5), "model.dropout", "0.5");
    refused("byteLevel", json -> model(json).put("magic", true), "model.magic", "not known");
    refused(
        "byteLevel",
        json -> ((ObjectNode) model(json).get("vocab")).put("a", -4),
        "model.vocab[\"a\"]",
        "-4");
    refused(
        "byteLevel",
        json -> ((ArrayNode) model(json).get("merges")).add("a zz"),
        "model.merges[3]",
        "\"zz\"");
    refused(
        "byteLevel",
        json ->
            ((ObjectNode) json.at("/pre_tokenizer/pretokenizers/0/pattern")).put("Regex", "(a*)*b"),
        "pre_tokenizer.pretokenizers[0].pattern.Regex",
        "(a*)*b");
    refused(
        "sentencePiece",
        json -> ((ObjectNode) json.at("/decoder/decoders/3")).put("stop", 1),
        "decoder.decoders[3].stop",
        "1");
    refused(
        "sentencePiece", json -> model(json).put("unk_token", "none"), "model.unk_token", "none");
    refused("unigram", json -> model(json).put("unk_id", 99), "model.unk_id", "99");
    refused("unigram", json -> model(json).putArray("vocab"), "model.vocab", "empty");
    refused(
        "unigram",
        json -> ((ObjectNode) json.at("/added_tokens/0")).put("content", ""),
        "added_tokens[0].content",
        "text");
  }

  private interface Damage {
    void to(ObjectNode json);
  }

  private void refused(String kind, Damage damage, String field, String found) {
    ObjectNode json = whole(kind);
    damage.to(json);
    Path file = directory.resolve("tokenizer.json");
    assertThatThrownBy(
            () -> {
              Files.writeString(file, json.toString());
              Tokenizers.open(directory).close();
            })
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(field)
        .hasMessageContaining(found);
  }

  private static ObjectNode model(ObjectNode json) {
    return step(json, "model");
  }

  private static ObjectNode step(ObjectNode json, String name) {
    return (ObjectNode) json.get(name);
  }

  @Test
  void aFieldThatStandsTwiceIsRefused() throws IOException {
    String twice = whole("byteLevel").toString().replace("\"a\":0", "\"a\":0,\"a\":1");
    Files.writeString(directory.resolve("tokenizer.json"), twice);
    assertThatThrownBy(() -> Tokenizers.open(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("the field 'a' stands twice");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        LLAMA3,
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+"
            + "(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s+$",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+"
            + "| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[一-龥぀-ゟ゠-ヿ]+",
        "\\n| ?(?:a|b)"
      })
  void publishedPatternsAreRead(String pattern) throws IOException {
    ObjectNode json = whole("byteLevel");
    ((ObjectNode) json.at("/pre_tokenizer/pretokenizers/0/pattern")).put("Regex", pattern);
    assertThat(use(json.toString())).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+",
        "(?:a*)*",
        "(a|a)*b",
        "(?:a?){30}a",
        "a{1,5000}",
        "a**",
        "(a)\\1",
        "(?<n>a)\\k<n>",
        "\\g<0>",
        "(?(1)a|b)",
        "(?>a+)",
        "\\s*\\s*\\s*x",
        "(?{f})",
        "(*FAIL)",
        "((",
        "a)",
        "[a",
        "[[:alpha:]]",
        "a\\",
        ""
      })
  void patternsThatCouldRunForLongAreRefused(String pattern) throws IOException {
    ObjectNode json = whole("byteLevel");
    ((ObjectNode) json.at("/pre_tokenizer/pretokenizers/0/pattern")).put("Regex", pattern);
    assertThat(use(json.toString())).isFalse();
  }

  private static ObjectNode whole(String kind) {
    return (ObjectNode) JsonMapper.shared().readTree(text(kind).replace('\'', '"'));
  }

  private static String text(String kind) {
    String head =
        "{'version': '1.0', 'truncation': null, 'padding': null, 'added_tokens': [{'id': 12,"
            + " 'content': '<s>', 'single_word': false, 'lstrip': false, 'rstrip': true,"
            + " 'normalized': false, 'special': true}, {'id': 13, 'content': 'extra',"
            + " 'single_word': false, 'lstrip': true, 'rstrip': false, 'normalized': true,"
            + " 'special': false}], ";
    String template =
        "'post_processor': {'type': 'TemplateProcessing', 'single': [{'SpecialToken': {'id':"
            + " '<s>', 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}}], 'pair': [],"
            + " 'special_tokens': {'<s>': {'id': '<s>', 'ids': [12], 'tokens': ['<s>']}}}, ";
    return head
        + template
        + switch (kind) {
          case "byteLevel" ->
              "'normalizer': {'type': 'NFC'}, 'pre_tokenizer': {'type': 'Sequence',"
                  + " 'pretokenizers': [{'type': 'Split', 'pattern': {'Regex': '\\\\s+|\\\\S+'},"
                  + " 'behavior': 'Isolated', 'invert': false}, {'type': 'Digits',"
                  + " 'individual_digits': true}, {'type': 'ByteLevel', 'add_prefix_space': false,"
                  + " 'trim_offsets': true, 'use_regex': false}]}, 'decoder': {'type': 'ByteLevel',"
                  + " 'add_prefix_space': true, 'trim_offsets': true, 'use_regex': true}, 'model':"
                  + " {'type': 'BPE', 'dropout': null, 'unk_token': null,"
                  + " 'continuing_subword_prefix': '', 'end_of_word_suffix': '', 'fuse_unk': false,"
                  + " 'byte_fallback': false, 'ignore_merges': true, 'vocab': {'a':0,'b':1,'ab':2,"
                  + "'Ġ':3,'N':4,'o':5,'No':6,'ĠNo':7}, 'merges': ['a b', 'N o', 'Ġ No']}}";
          case "sentencePiece" ->
              "'normalizer': {'type': 'Sequence', 'normalizers': [{'type': 'Prepend', 'prepend':"
                  + " '▁'}, {'type': 'Replace', 'pattern': {'String': ' '}, 'content': '▁'}]},"
                  + " 'pre_tokenizer': null, 'decoder': {'type': 'Sequence', 'decoders': [{'type':"
                  + " 'Replace', 'pattern': {'String': '▁'}, 'content': ' '}, {'type':"
                  + " 'ByteFallback'}, {'type': 'Fuse'}, {'type': 'Strip', 'content': ' ', 'start':"
                  + " 1, 'stop': 0}]}, 'model': {'type': 'BPE', 'dropout': null, 'unk_token':"
                  + " '<unk>', 'continuing_subword_prefix': null, 'end_of_word_suffix': null,"
                  + " 'fuse_unk': true, 'byte_fallback': true, 'ignore_merges': false, 'vocab':"
                  + " {'<unk>':0,'<0x61>':1,'a':2,'▁':3,'▁a':4,'b':5}, 'merges': [['▁', 'a']]}}";
          default ->
              "'normalizer': null, 'pre_tokenizer': {'type': 'Metaspace', 'replacement': '▁',"
                  + " 'prepend_scheme': 'always', 'split': true}, 'decoder': {'type': 'Metaspace',"
                  + " 'replacement': '▁', 'prepend_scheme': 'always', 'split': true}, 'model':"
                  + " {'type': 'Unigram', 'unk_id': 0, 'vocab': [['<unk>', 0.0], ['a', -1.5], ['▁',"
                  + " -2], ['▁a', -2.5], ['ab', -3]], 'byte_fallback': false}}";
        };
  }
}

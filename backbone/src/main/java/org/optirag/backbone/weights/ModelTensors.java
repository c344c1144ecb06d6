package org.optirag.backbone.weights;

import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.optirag.workspace.UserException;

/**
 * The tensors that a model of some shape is computed from. A file must have them all and no others:
 * one that is passed over (a bias, an expert, a norm) would make every answer wrong.
 */
final class ModelTensors {
  /** What a file may have besides: the rotary frequencies, which the configuration states too. */
  private static final Pattern UNUSED =
      Pattern.compile("model\\.(layers\\.\\d+\\.self_attn\\.)?rotary_emb\\.inv_freq");

  private static final String OUTPUT = "lm_head.weight";

  private ModelTensors() {}

  /**
   * Checks a model's tensors.
   *
   * @param names as Hugging Face transformers calls them
   * @param spelled how the file spells such a name
   * @throws UserException if one is missing or one too many
   */
  static void require(
      Path path, ModelConfig config, Set<String> names, UnaryOperator<String> spelled) {
    Set<String> expected = expected(config);
    for (String name : expected) {
      if (!names.contains(name)) {
        throw missing(path, config, spelled.apply(name));
      }
    }
    for (String name : names) {
      boolean unused =
          UNUSED.matcher(name).matches() || (config.tiedEmbeddings() && name.equals(OUTPUT));
      if (!expected.contains(name) && !unused) {
        throw new UserException(
            "%s has the tensor %s, which is not part of a %s model of %d blocks as it is computed here."
                .formatted(path, spelled.apply(name), config.architecture(), config.blocks()),
            ConfigChecks.PLAIN_MODEL);
      }
    }
  }

  private static UserException missing(Path path, ModelConfig config, String name) {
    return new UserException(
        "%s has no tensor %s, which a %s model of %d blocks needs."
            .formatted(path, name, config.architecture(), config.blocks()),
        name.equals(OUTPUT)
            ? "Use the model for causal language modelling, or state \"tie_word_embeddings\": true in"
                + " config.json if its output is its embedding."
            : "Download the model again; if the error stays, it is not whole or of another kind.");
  }

  private static Set<String> expected(ModelConfig config) {
    Set<String> names = new LinkedHashSet<>();
    names.add("model.embed_tokens.weight");
    names.add("model.norm.weight");
    if (!config.tiedEmbeddings()) {
      names.add(OUTPUT);
    }
    for (int block = 0; block < config.blocks(); block++) {
      String prefix = "model.layers." + block + ".";
      names.add(prefix + "input_layernorm.weight");
      names.add(prefix + "post_attention_layernorm.weight");
      for (String projection : new String[] {"q", "k", "v", "o"}) {
        names.add(prefix + "self_attn." + projection + "_proj.weight");
        if (config.attentionBias() && !projection.equals("o")) {
          names.add(prefix + "self_attn." + projection + "_proj.bias");
        }
      }
      if (config.queryKeyNorm()) {
        names.add(prefix + "self_attn.q_norm.weight");
        names.add(prefix + "self_attn.k_norm.weight");
      }
      for (String projection : new String[] {"gate", "up", "down"}) {
        names.add(prefix + "mlp." + projection + "_proj.weight");
      }
    }
    return names;
  }
}

package org.optirag.backbone.weights;

import java.nio.file.Path;
import java.util.Set;
import org.optirag.backbone.weights.ModelConfig.Rope;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import tools.jackson.databind.JsonNode;

/** Reads the model's shape from Hugging Face's config.json. */
final class HuggingFaceConfig {
  private static final Set<String> KNOWN = Set.of("llama", "mistral", "qwen2", "qwen3");

  private final Path path;
  private final JsonNode json;

  private HuggingFaceConfig(Path path, JsonNode json) {
    this.path = path;
    this.json = json;
  }

  /**
   * @param tensors the names of the model's tensors: the surest word on ties and biases
   */
  static ModelConfig read(Path path, JsonNode json, Set<String> tensors) {
    String architecture = json.path("model_type").asString("");
    if (!KNOWN.contains(architecture)) {
      throw ConfigChecks.unknownArchitecture(path, architecture);
    }
    return new HuggingFaceConfig(path, json).read(architecture, tensors);
  }

  private ModelConfig read(String architecture, Set<String> tensors) {
    int hidden = number("hidden_size");
    int heads = number("num_attention_heads");
    ModelConfig config =
        new ModelConfig(
            architecture,
            hidden,
            number("num_hidden_layers"),
            heads,
            json.path("num_key_value_heads").asInt(heads),
            json.path("head_dim").asInt(hidden / heads),
            number("intermediate_size"),
            number("vocab_size"),
            positions(),
            (float) json.path("rms_norm_eps").asDouble(1e-6),
            rope(),
            json.path("tie_word_embeddings").asBoolean(false)
                || !tensors.contains("lm_head.weight"),
            tensors.contains("model.layers.0.self_attn.q_proj.bias"),
            tensors.contains("model.layers.0.self_attn.q_norm.weight"));
    return ConfigChecks.require(path, config);
  }

  /** Within a sliding window full attention is the same, so the window bounds the prompt. */
  private int positions() {
    int positions = number("max_position_embeddings");
    boolean sliding = json.path("use_sliding_window").asBoolean(true);
    int window = json.path("sliding_window").asInt(positions);
    return sliding && window > 0 ? Math.min(positions, window) : positions;
  }

  /** Recent files state all of it in rope_parameters, older ones in rope_theta and rope_scaling. */
  private Rope rope() {
    JsonNode parameters = json.path("rope_parameters");
    JsonNode scaling = parameters.isObject() ? parameters : json.path("rope_scaling");
    double theta = parameters.path("rope_theta").asDouble(json.path("rope_theta").asDouble(10_000));
    String type = scaling.path("rope_type").asString(scaling.path("type").asString("default"));
    return new Rope(
        (float) theta,
        switch (type) {
          case "default" -> new Scaling.None();
          case "linear" -> new Scaling.Linear((float) scaling.path("factor").asDouble(1));
          case "llama3" ->
              new Scaling.Llama3(
                  (float) scaling.path("factor").asDouble(8),
                  (float) scaling.path("low_freq_factor").asDouble(1),
                  (float) scaling.path("high_freq_factor").asDouble(4),
                  scaling.path("original_max_position_embeddings").asInt(8192));
          default -> throw ConfigChecks.unknownScaling(path, type);
        });
  }

  private int number(String field) {
    JsonNode node = json.path(field);
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw TensorFiles.broken(path, "its field " + field + " is " + node);
    }
    return node.intValue();
  }
}

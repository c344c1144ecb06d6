package org.optirag.backbone.weights;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.optirag.backbone.weights.ModelConfig.Rope;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import tools.jackson.databind.JsonNode;

/** Reads the model's shape from Hugging Face's config.json. */
final class HuggingFaceConfig {
  private static final Set<String> KNOWN = Set.of("llama", "mistral", "qwen2", "qwen3");

  private static final Set<String> READ =
      Set.of(
          "model_type",
          "hidden_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "intermediate_size",
          "vocab_size",
          "max_position_embeddings",
          "rms_norm_eps",
          "rope_theta",
          "rope_scaling",
          "rope_parameters",
          "tie_word_embeddings",
          "use_sliding_window",
          "sliding_window",
          "max_window_layers",
          "layer_types",
          "hidden_act",
          "hidden_activation",
          "partial_rotary_factor",
          "is_causal");

  /** The rotary scaling's fields that are read; the others belong to scalings that are not. */
  private static final Set<String> SCALING =
      Set.of(
          "rope_type",
          "type",
          "rope_theta",
          "factor",
          "low_freq_factor",
          "high_freq_factor",
          "original_max_position_embeddings");

  /**
   * What the answer to a prompt does not depend on: names, types and ids, how the model was trained
   * (dropout, initialization), how text would be generated (temperature and so on), what tools
   * left. Biases are told by the tensors.
   */
  private static final Pattern UNUSED =
      Pattern.compile(
          "_.*|architectures|torch_dtype|dtype|transformers_version|transformers\\.js_config"
              + "|(bos|eos|pad|sep|unk|cls|mask|decoder_start)_token_id"
              + "|(attention|mlp)_bias|attention_dropout|resid_pdrop|embd_pdrop|attn_pdrop"
              + "|hidden_dropout|classifier_dropout|initializer_range|pretraining_tp|use_cache"
              + "|keys_to_ignore_at_inference|problem_type|id2label|label2id|num_labels"
              + "|classifier_from_token|is_original_qwen3_reranker|task_specific_params"
              + "|finetuning_task|tokenizer_class|prefix|is_decoder|cross_attention_hidden_size"
              + "|output_attentions|output_hidden_states|output_scores|return_dict"
              + "|return_dict_in_generate|torchscript|gradient_checkpointing|attn_implementation"
              + "|max_length|min_length|do_sample|early_stopping|num_beams|num_beam_groups"
              + "|num_return_sequences|diversity_penalty|temperature|top_k|top_p|typical_p"
              + "|repetition_penalty|length_penalty|no_repeat_ngram_size"
              + "|encoder_no_repeat_ngram_size|remove_invalid_values|chunk_size_feed_forward"
              + "|tf_legacy_loss|max_sequence_length|unsloth_.*|name_or_path|model_name");

  /** What says that the model is not computed as others of its kind are, with the way out. */
  private static final Map<String, String> CUSTOM =
      Map.of(
          "auto_map",
          "The model has code of its own. Use a plain model; if its code computes what others of its"
              + " kind do, remove the field from config.json.",
          "quantization_config",
          "Use the model's weights in f32, f16 or bf16, or a GGUF file of it.",
          "quantization",
          "Use the model's weights in f32, f16 or bf16, or a GGUF file of it.");

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
    requireKnownFields();
    int hidden = number("hidden_size");
    int heads = number("num_attention_heads");
    ModelConfig config =
        new ModelConfig(
            architecture,
            hidden,
            number("num_hidden_layers"),
            heads,
            has("num_key_value_heads") ? number("num_key_value_heads") : heads,
            has("head_dim") ? number("head_dim") : ConfigChecks.headSize(path, hidden, heads),
            number("intermediate_size"),
            number("vocab_size"),
            positions(architecture),
            (float) real(json, "rms_norm_eps", 1e-6),
            rope(),
            flag("tie_word_embeddings", false),
            architecture.equals("qwen2")
                || tensors.contains("model.layers.0.self_attn.q_proj.bias"),
            architecture.equals("qwen3"));
    return ConfigChecks.require(path, config);
  }

  /** Every field that could change what is computed is read, or states that it does not. */
  private void requireKnownFields() {
    for (Map.Entry<String, JsonNode> field : json.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      if (CUSTOM.containsKey(name) && !isNothing(value)) {
        throw ConfigChecks.unknownField(path, name, value, wayOut(name));
      }
      boolean known = READ.contains(name) || UNUSED.matcher(name).matches();
      if (!known && !isNothing(value)) {
        throw ConfigChecks.unknownField(
            path,
            name,
            value,
            "Use a plain model; if the model's answers do not depend on it, remove the field from"
                + " config.json.");
      }
    }
    requireOneOf("hidden_act", "silu", "swish");
    requireOneOf("hidden_activation", "silu", "swish");
    if (has("partial_rotary_factor") && json.path("partial_rotary_factor").asDouble(0) != 1) {
      throw ConfigChecks.unknownField(
          path,
          "partial_rotary_factor",
          json.path("partial_rotary_factor"),
          ConfigChecks.PLAIN_MODEL);
    }
    if (!flag("is_causal", true)) {
      throw ConfigChecks.unknownField(path, "is_causal", false, ConfigChecks.PLAIN_MODEL);
    }
    for (JsonNode type : json.path("layer_types")) {
      String text = type.asString("");
      boolean windowed = text.equals("sliding_attention") && has("sliding_window");
      if (!text.equals("full_attention") && !windowed) {
        throw ConfigChecks.unknownField(path, "layer_types", type, ConfigChecks.PLAIN_MODEL);
      }
    }
  }

  private void requireOneOf(String field, String... values) {
    if (has(field) && !List.of(values).contains(json.path(field).asString(""))) {
      throw ConfigChecks.unknownField(path, field, json.path(field), ConfigChecks.PLAIN_MODEL);
    }
  }

  private static String wayOut(String field) {
    return String.valueOf(CUSTOM.get(field));
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull()
        || (value.isBoolean() && !value.booleanValue())
        || (value.isNumber() && value.doubleValue() == 0)
        || (value.isContainer() && value.isEmpty())
        || (value.isString() && value.stringValue().isEmpty());
  }

  /** Whether a field is stated; null is how files say that it is not. */
  private boolean has(String field) {
    return !json.path(field).isMissingNode() && !json.path(field).isNull();
  }

  private boolean flag(String field, boolean otherwise) {
    if (!has(field)) {
      return otherwise;
    }
    if (!json.path(field).isBoolean()) {
      throw TensorFiles.broken(path, "its field " + field + " is " + json.path(field));
    }
    return json.path(field).booleanValue();
  }

  private double real(JsonNode in, String field, double otherwise) {
    JsonNode value = in.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isNumber()) {
      throw TensorFiles.broken(path, "its field " + field + " is " + value);
    }
    return value.doubleValue();
  }

  /**
   * Within a sliding window full attention is the same, so the window bounds the prompt. Qwen's
   * files state a window that is not used, unless they say that it is.
   */
  private int positions(String architecture) {
    int positions = number("max_position_embeddings");
    boolean sliding = flag("use_sliding_window", !architecture.startsWith("qwen"));
    int window = has("sliding_window") ? number("sliding_window") : positions;
    return sliding ? Math.min(positions, window) : positions;
  }

  /** Recent files state all of it in rope_parameters, older ones in rope_theta and rope_scaling. */
  private Rope rope() {
    boolean recent = json.path("rope_parameters").isObject();
    if (recent
        && json.path("rope_scaling").isObject()
        && !type(json.path("rope_scaling")).equals(type(json.path("rope_parameters")))) {
      throw TensorFiles.broken(
          path,
          "rope_parameters say \"%s\", rope_scaling says \"%s\""
              .formatted(type(json.path("rope_parameters")), type(json.path("rope_scaling"))));
    }
    JsonNode scaling = json.path(recent ? "rope_parameters" : "rope_scaling");
    if (!scaling.isObject() && has("rope_scaling")) {
      throw TensorFiles.broken(path, "its field rope_scaling is " + scaling);
    }
    double theta = real(scaling, "rope_theta", real(json, "rope_theta", 10_000));
    return new Rope((float) theta, scaling(scaling));
  }

  private static String type(JsonNode scaling) {
    return scaling.path("rope_type").asString(scaling.path("type").asString("default"));
  }

  private Scaling scaling(JsonNode stated) {
    String type = type(stated);
    for (Map.Entry<String, JsonNode> field : stated.properties()) {
      if (!SCALING.contains(field.getKey())
          && !isNothing(field.getValue())
          && !(field.getKey().equals("partial_rotary_factor")
              && field.getValue().asDouble(0) == 1)) {
        throw ConfigChecks.unknownField(
            path,
            "the rotary scaling's field " + field.getKey(),
            field.getValue(),
            ConfigChecks.PLAIN_MODEL);
      }
    }
    return switch (type) {
      case "default" -> new Scaling.None();
      case "linear" -> new Scaling.Linear(scale(stated, "factor"));
      case "llama3" ->
          new Scaling.Llama3(
              scale(stated, "factor"),
              scale(stated, "low_freq_factor"),
              scale(stated, "high_freq_factor"),
              (int) scale(stated, "original_max_position_embeddings"));
      default -> throw ConfigChecks.unknownScaling(path, type);
    };
  }

  private float scale(JsonNode stated, String field) {
    if (!stated.path(field).isNumber()) {
      throw TensorFiles.broken(
          path,
          "it scales rotary positions by \"%s\" without a number %s"
              .formatted(type(stated), field));
    }
    return (float) stated.path(field).doubleValue();
  }

  private int number(String field) {
    JsonNode node = json.path(field);
    if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 1) {
      throw TensorFiles.broken(path, "its field " + field + " is " + node);
    }
    return node.intValue();
  }
}

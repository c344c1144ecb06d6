package org.optirag.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Every tensor and every key of a weight file is used, known not to matter, or refused by its name:
 * what is passed over in silence makes every answer wrong.
 */
class NothingPassedOverTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "blk.0.attn_output.bias",
        "blk.0.attn_q.bias",
        "blk.0.ffn_gate.bias",
        "blk.0.ffn_down.bias",
        "blk.0.attn_norm.bias",
        "blk.0.attn_q_norm.weight",
        "blk.0.post_attention_norm.weight",
        "blk.0.ffn_gate_inp.weight",
        "blk.0.ffn_down_exps.weight",
        "blk.0.attn_qkv.weight",
        "blk.0.attn_q.scale",
        "blk.1.attn_q.weight",
        "output_norm.bias",
        "cls.output.weight",
        "rope_factors_long.weight",
        "token_types.weight"
      })
  void aTensorTooManyInAGgufFileIsRefusedByItsName(String name) throws IOException {
    refused(gguf(tiny -> tiny.tensor(name, 4)))
        .hasMessageContaining(name.equals("blk.0.attn_q.bias") ? "blk.0.attn_k.bias" : name)
        .hasMessageContaining("model.gguf");
  }

  @Test
  void aTensorTooFewIsNamedAsTheFileSpellsIt() throws IOException {
    for (String name :
        List.of("blk.0.ffn_up.weight", "output_norm.weight", "blk.0.attn_output.weight")) {
      refused(gguf(tiny -> tiny.without(name))).hasMessageContaining("has no tensor " + name);
    }
    refused(gguf(tiny -> as(tiny, "qwen2")))
        .hasMessageContaining("has no tensor blk.0.attn_q.bias");
    refused(gguf(tiny -> as(tiny, "qwen3")))
        .hasMessageContaining("has no tensor blk.0.attn_q_norm.weight");
  }

  @Test
  void aKeyOfAGgufFileThatChangesTheModelIsRefusedByItsName() throws IOException {
    Map<String, Object> keys =
        Map.ofEntries(
            Map.entry("expert_count", 8),
            Map.entry("attn_logit_softcapping", 50f),
            Map.entry("final_logit_softcapping", 30f),
            Map.entry("logit_scale", 0.25f),
            Map.entry("residual_scale", 0.22f),
            Map.entry("embedding_scale", 12f),
            Map.entry("attention.scale", 0.5f),
            Map.entry("attention.value_length", 4),
            Map.entry("attention.causal", false),
            Map.entry("attention.clamp_kqv", 8f),
            Map.entry("attention.max_alibi_bias", 8f),
            Map.entry("attention.sliding_window_pattern", new int[] {1, 0}),
            Map.entry("attention.temperature_scale", 0.1f),
            Map.entry("rope.dimension_count", 1),
            Map.entry("rope.dimension_sections", new int[] {1, 1, 0, 0}),
            Map.entry("rope.scaling.attn_factor", 1.2f),
            Map.entry("rope.scaling.yarn_log_multiplier", 0.1f),
            Map.entry("use_parallel_residual", true),
            Map.entry("hidden_activation", "gelu"),
            Map.entry("nextn_predict_layers", 1));
    for (Map.Entry<String, Object> key : keys.entrySet()) {
      refused(gguf(tiny -> tiny.with("llama." + key.getKey(), key.getValue())))
          .hasMessageContaining("has llama." + key.getKey() + " = ")
          .hasMessageContaining("which is not implemented");
    }
  }

  @Test
  void aKeyThatSaysThatAPartIsNotThereIsFine() throws IOException {
    Path file =
        gguf(tiny ->
            tiny.with("llama.expert_count", 0)
                .with("llama.expert_used_count", 0)
                .with("llama.attn_logit_softcapping", 0f)
                .with("llama.logit_scale", 1f)
                .with("llama.attention.causal", true)
                .with("llama.use_parallel_residual", false)
                .with("llama.rope.dimension_sections", new int[] {0, 0, 0, 0})
                .with("llama.attention.scale", (float) (1 / Math.sqrt(2)))
                .with("llama.hidden_activation", "silu")
                .with("llama.tensor_data_layout", "Meta AI original pth")
                .with("llama.pooling_type", 3)
                .with("mradermacher.quantized_by", "me")
                .with("quantize.imatrix.entries_count", 7));
    WeightFiles.open(file).close();
  }

  @Test
  void numbersOfAnotherTypeAreReadOrRefusedNotReplaced() throws IOException {
    try (Weights weights = open(tiny -> tiny.with("llama.rope.freq_base", 500_000))) {
      assertThat(weights.config().rope().theta()).isEqualTo(500_000f);
    }
    refused(gguf(tiny -> tiny.with("llama.attention.head_count_kv", new int[] {1})))
        .hasMessageContaining("no usable number llama.attention.head_count_kv");
    refused(gguf(tiny -> tiny.with("llama.rope.freq_base", "10000")))
        .hasMessageContaining("no usable number llama.rope.freq_base");
    refused(gguf(tiny -> tiny.with("llama.attention.layer_norm_rms_epsilon", "1e-5")))
        .hasMessageContaining("no usable number llama.attention.layer_norm_rms_epsilon");
  }

  @Test
  void rotaryScalingIsReadInItsOlderAndPartialForms() throws IOException {
    Scaling.Linear four = new Scaling.Linear(4);
    assertThat(scaling(tiny -> tiny.with("llama.rope.scale_linear", 4f))).isEqualTo(four);
    assertThat(scaling(tiny -> tiny.with("llama.rope.scaling.factor", 4f))).isEqualTo(four);
    assertThat(
            scaling(tiny ->
                tiny.with("llama.rope.scaling.factor", 4f)
                    .with("llama.rope.scaling.type", "linear")))
        .isEqualTo(four);
    assertThat(
            scaling(tiny ->
                tiny.with("llama.rope.scaling.factor", 4f).with("llama.rope.scaling.type", "none")))
        .isEqualTo(new Scaling.None());
    assertThat(scaling(tiny -> {})).isEqualTo(new Scaling.None());
    refused(gguf(tiny -> tiny.with("llama.rope.scaling.type", "yarn")))
        .hasMessageContaining("rotary positions by \"yarn\"");
    refused(gguf(tiny -> tiny.with("llama.rope.scaling.type", "longrope")))
        .hasMessageContaining("rotary positions by \"longrope\"");
    refused(
            gguf(tiny ->
                tiny.with("llama.rope.scaling.factor", 4f)
                    .tensor("rope_freqs.weight", new float[] {8}, 1)))
        .hasMessageContaining("rope_freqs.weight");
  }

  @Test
  void aSlidingWindowBoundsThePrompt() throws Exception {
    try (Weights weights = open(tiny -> tiny.with("llama.attention.sliding_window", 16))) {
      assertThat(weights.config().positions()).isEqualTo(16);
    }
    try (Weights weights = open(tiny -> tiny.with("llama.attention.sliding_window", 64))) {
      assertThat(weights.config().positions()).isEqualTo(32);
    }
    assertThat(config("mistral", json -> json.put("sliding_window", 16)).positions()).isEqualTo(16);
    assertThat(
            config("qwen2", json -> without(json, "use_sliding_window").put("sliding_window", 16))
                .positions())
        .isEqualTo(64);
    assertThat(
            config("qwen2", json -> json.put("use_sliding_window", true).put("sliding_window", 16))
                .positions())
        .isEqualTo(16);
  }

  @Test
  void partsAndPiecesOfAModelAreNamed() throws IOException {
    refused(gguf(tiny -> tiny.with("split.count", 3)))
        .hasMessageContaining("is one of 3 parts of a model")
        .hasMessageContaining("llama-gguf-split --merge");
    refused(gguf(tiny -> tiny.with("general.type", "adapter")))
        .hasMessageContaining("its general.type is \"adapter\"");
    refused(gguf(tiny -> tiny.with("general.quantization_version", 1)))
        .hasMessageContaining("general.quantization_version = 1");
  }

  @Test
  void aFieldOfConfigJsonThatChangesTheModelIsRefusedByItsName() throws Exception {
    Map<String, Object> fields =
        Map.ofEntries(
            Map.entry("hidden_act", "gelu"),
            Map.entry("hidden_activation", "gelu_pytorch_tanh"),
            Map.entry("final_logit_softcapping", 30.0),
            Map.entry("attn_logit_softcapping", 50.0),
            Map.entry("query_pre_attn_scalar", 256),
            Map.entry("num_local_experts", 8),
            Map.entry("num_experts_per_tok", 2),
            Map.entry("partial_rotary_factor", 0.5),
            Map.entry("embedding_multiplier", 12.0),
            Map.entry("residual_multiplier", 0.22),
            Map.entry("logits_scaling", 8.0),
            Map.entry("attention_multiplier", 0.1),
            Map.entry("use_qk_norm", true),
            Map.entry("is_causal", false),
            Map.entry("use_bidirectional_attention", true),
            Map.entry("layer_types", List.of("full_attention", "linear_attention")),
            Map.entry("auto_map", Map.of("AutoModel", "modeling.Mine")),
            Map.entry("quantization_config", Map.of("quant_method", "gptq")),
            Map.entry("quantization", Map.of("bits", 4)),
            Map.entry("something_new", 1));
    for (Map.Entry<String, Object> field : fields.entrySet()) {
      assertThatThrownBy(
              () -> config("llama", json -> json.putPOJO(field.getKey(), field.getValue())))
          .as(field.getKey())
          .isInstanceOf(UserException.class)
          .hasMessageContaining("config.json has " + field.getKey() + " = ")
          .hasMessageContaining("which is not implemented");
    }
  }

  @Test
  void whatConfigJsonSaysOfOtherThingsIsFine() throws Exception {
    ModelConfig plain = config("llama", json -> {});
    ModelConfig talkative =
        config(
            "llama",
            json -> {
              json.put("torch_dtype", "bfloat16")
                  .put("_name_or_path", "x")
                  .put("pretraining_tp", 2);
              json.put("unsloth_version", "2025").put("temperature", 0.7).put("is_causal", true);
              json.put("attention_bias", true).putNull("quantization_config");
              json.put("some_feature", false).put("partial_rotary_factor", 1.0);
              json.putNull("sliding_window").putNull("rope_scaling").put("hidden_act", "silu");
              json.putObject("transformers.js_config").put("dtype", "q4");
            });
    assertThat(talkative).isEqualTo(plain);
  }

  @Test
  void aRotaryScalingOfConfigJsonThatIsNotWholeIsRefused() throws Exception {
    assertThat(
            config("llama", json -> scaling(json, "{\"type\": \"linear\", \"factor\": 4}"))
                .rope()
                .scaling())
        .isEqualTo(new Scaling.Linear(4));
    scalingRefused("{\"type\": \"linear\"}", "without a number factor");
    scalingRefused(
        "{\"rope_type\": \"llama3\", \"factor\": 8}", "without a number low_freq_factor");
    scalingRefused(
        "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 1, \"high_freq_factor\": 4}",
        "without a number original_max_position_embeddings");
    scalingRefused("{\"type\": \"dynamic\", \"factor\": 2}", "\"dynamic\"");
    scalingRefused("{\"rope_type\": \"yarn\", \"factor\": 4, \"beta_fast\": 32}", "beta_fast");
    scalingRefused("{\"type\": \"default\", \"mrope_section\": [2, 2]}", "mrope_section");
    scalingRefused("{\"rope_type\": \"linear\", \"factor\": 2, \"attention_factor\": 1.2}", "1.2");
    scalingRefused("\"linear\"", "its field rope_scaling is \"linear\"");
    assertThatThrownBy(() ->
            config(
                "llama",
                json ->
                    json.set(
                        "rope_scaling",
                        JsonMapper.shared().readTree("{\"type\": \"linear\", \"factor\": 4}"))))
        .hasMessageContaining("rope_parameters say \"default\", rope_scaling says \"linear\"");
  }

  @Test
  void aTensorOfASafetensorsFileIsUsedOrRefusedByItsName() throws Exception {
    for (String name :
        List.of(
            "model.layers.0.self_attn.o_proj.bias",
            "model.layers.1.mlp.down_proj.bias",
            "model.layers.2.input_layernorm.weight",
            "model.layers.0.self_attn.q_norm.weight",
            "model.layers.0.block_sparse_moe.gate.weight",
            "score.weight",
            "model.norm.bias")) {
      assertThatThrownBy(() -> with("llama", name))
          .as(name)
          .isInstanceOf(UserException.class)
          .hasMessageContaining("has the tensor " + name)
          .hasMessageContaining("Use a plain Llama");
    }
    assertThatThrownBy(() -> with("llama", "model.layers.0.self_attn.q_proj.bias"))
        .hasMessageContaining("has no tensor model.layers.0.self_attn.k_proj.bias");
    assertThatThrownBy(() -> config("llama", json -> json.put("tie_word_embeddings", false)))
        .hasMessageContaining("has no tensor lm_head.weight")
        .hasMessageContaining("\"tie_word_embeddings\": true");
    assertThatThrownBy(() -> config("llama", json -> json.put("num_hidden_layers", 3)))
        .hasMessageContaining("has no tensor model.layers.2.input_layernorm.weight");
    assertThatThrownBy(
            () -> config("llama", json -> without(json, "head_dim").put("num_attention_heads", 5)))
        .hasMessageContaining("5 heads cannot share a width of 24");
  }

  @Test
  void shardsAndTheirIndexBelongTogether() throws Exception {
    Path from = resource("llama");
    Files.copy(from.resolve("config.json"), directory.resolve("config.json"));
    try (SafetensorsFile in = SafetensorsFile.open(from.resolve("model.safetensors"))) {
      SafetensorsWriter first = new SafetensorsWriter();
      SafetensorsWriter second = new SafetensorsWriter();
      ObjectNode map = JsonMapper.shared().createObjectNode();
      in.shapes()
          .forEach((name, shape) -> {
            boolean early = name.contains(".0.");
            (early ? first : second).tensor(name, in.read(name), shape);
            map.put(name, early ? "model-1.safetensors" : "model-2.safetensors");
          });
      first.write(directory.resolve("model-1.safetensors"));
      second.write(directory.resolve("model-2.safetensors"));
      Path index = directory.resolve("model.safetensors.index.json");
      Files.writeString(index, "{\"weight_map\": " + map + "}");
      WeightFiles.open(directory).close();

      String moved = map.toString().replace("model-2", "model-1");
      Files.writeString(index, "{\"weight_map\": " + moved + "}");
      refused(directory)
          .hasMessageContaining("model-1.safetensors has no tensor ")
          .hasMessageContaining("they do not belong together");
      Files.writeString(index, "{\"weight_map\": " + map + "}");
      first.tensor("model.norm.weight", new float[24], 24);
      first.write(directory.resolve("model-1.safetensors"));
      refused(directory).hasMessageContaining("has its tensor model.norm.weight too");
      Files.delete(directory.resolve("model-2.safetensors"));
      refused(directory).hasMessageContaining("model-2.safetensors");
      Files.writeString(index, "{}");
      refused(directory).hasMessageContaining("it names no file");
    }
  }

  private static void as(TinyGguf tiny, String architecture) {
    List.copyOf(tiny.metadata.entrySet())
        .forEach(entry ->
            tiny.metadata.put(
                entry.getKey().replace("llama.", architecture + "."), entry.getValue()));
    tiny.with("general.architecture", architecture);
  }

  private Scaling scaling(Consumer<TinyGguf> spoil) throws IOException {
    try (Weights weights = open(spoil)) {
      return weights.config().rope().scaling();
    }
  }

  private static void scaling(ObjectNode json, String text) {
    without(json, "rope_parameters").set("rope_scaling", JsonMapper.shared().readTree(text));
  }

  private void scalingRefused(String text, String problem) {
    assertThatThrownBy(() -> config("llama", json -> scaling(json, text)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(problem);
  }

  private static ObjectNode without(ObjectNode json, String field) {
    json.remove(field);
    return json;
  }

  private void with(String model, String tensor) throws Exception {
    Path from = resource(model);
    SafetensorsWriter out = new SafetensorsWriter();
    try (SafetensorsFile in = SafetensorsFile.open(from.resolve("model.safetensors"))) {
      in.shapes().forEach((name, shape) -> out.tensor(name, in.read(name), shape));
    }
    out.tensor(tensor, new float[24], 24);
    Files.writeString(
        directory.resolve("config.json"), Files.readString(from.resolve("config.json")));
    out.write(directory.resolve("model.safetensors"));
    WeightFiles.open(directory).close();
  }

  private ModelConfig config(String model, Consumer<ObjectNode> change) throws Exception {
    Path from = resource(model);
    ObjectNode json =
        (ObjectNode) JsonMapper.shared().readTree(from.resolve("config.json").toFile());
    change.accept(json);
    Files.writeString(directory.resolve("config.json"), json.toString());
    Files.write(
        directory.resolve("model.safetensors"),
        Files.readAllBytes(from.resolve("model.safetensors")));
    try (Weights weights = WeightFiles.open(directory)) {
      return weights.config();
    }
  }

  private Weights open(Consumer<TinyGguf> spoil) throws IOException {
    return WeightFiles.open(gguf(spoil));
  }

  private Path gguf(Consumer<TinyGguf> spoil) throws IOException {
    TinyGguf tiny = new TinyGguf();
    spoil.accept(tiny);
    return Files.write(directory.resolve("model.gguf"), tiny.bytes());
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(Path path) {
    return assertThatThrownBy(() -> WeightFiles.open(path).close())
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem()).isNotBlank().doesNotContain("\n");
              assertThat(e.wayOut()).isNotBlank().doesNotContain("\n");
            });
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(
            Objects.requireNonNull(
                    NothingPassedOverTest.class.getResource(
                        "/golden/tiny/" + name + "/config.json"))
                .toURI())
        .resolveSibling("");
  }
}

package org.optirag.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * The tiny models of every architecture, written as llama.cpp's converter writes them and in the
 * layouts that embedders and rerankers are published in, against Hugging Face transformers.
 */
@Tag("numeric")
final class GgufModelsTest {
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("input_layernorm", "attn_norm"),
          Map.entry("self_attn.q_proj", "attn_q"),
          Map.entry("self_attn.k_proj", "attn_k"),
          Map.entry("self_attn.v_proj", "attn_v"),
          Map.entry("self_attn.o_proj", "attn_output"),
          Map.entry("self_attn.q_norm", "attn_q_norm"),
          Map.entry("self_attn.k_norm", "attn_k_norm"),
          Map.entry("post_attention_layernorm", "ffn_norm"),
          Map.entry("mlp.gate_proj", "ffn_gate"),
          Map.entry("mlp.up_proj", "ffn_up"),
          Map.entry("mlp.down_proj", "ffn_down"));

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-linear", "llama3", "mistral", "qwen2", "qwen3"})
  void aConvertedModelsStatesEqualTransformers(String name) throws Exception {
    Path file = directory.resolve("model.gguf");
    Files.write(file, converted(name, "rope.scaling.factor").bytes());
    requireGolden(name, file);
  }

  @Test
  void theOlderKeyOfLinearScalingIsRead() throws Exception {
    Path file = directory.resolve("model.gguf");
    Files.write(file, converted("llama-linear", "rope.scale_linear").bytes());
    requireGolden("llama-linear", file);
  }

  /**
   * Biases of q, k and v on the Llama architecture: Qwen's under Llama's name, rows interleaved.
   */
  @Test
  void biasesOfALlamaModelAreRead() throws Exception {
    Path file = directory.resolve("model.gguf");
    TinyGguf tiny = new TinyGguf();
    convert(tiny, "qwen2", "llama", "rope.scaling.factor");
    Files.write(file, tiny.bytes());
    requireGolden("qwen2", file);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qwen3", "qwen2", "mistral"})
  void anEmbeddersTensorsHaveNoPrefix(String name) throws Exception {
    rewritten(name, tensor -> tensor.startsWith("model.") ? tensor.substring(6) : tensor);
    requireGolden(name, directory);
  }

  /** As Qwen3-Reranker-0.6B: the output embedding stands in the file, and config.json ties it. */
  @Test
  void anOutputThatIsTiedToTheEmbeddingIsNotRead() throws Exception {
    SafetensorsWriter out = rewritten("qwen3", tensor -> tensor);
    out.tensor("lm_head.weight", new float[67 * 24], 67, 24);
    out.write(directory.resolve("model.safetensors"));
    requireGolden("qwen3", directory);
  }

  /** The fields of Qwen3-Embedding-0.6B's and Qwen3-Reranker-0.6B's config.json, the sizes ours. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void thePublishedConfigurationsOfEmbeddersAndRerankersOpen(boolean embedder) throws Exception {
    rewritten(
        "qwen3", tensor -> embedder && tensor.startsWith("model.") ? tensor.substring(6) : tensor);
    Files.writeString(
        directory.resolve("config.json"),
        """
        {"architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
         "bos_token_id": 151643, "eos_token_id": 151645, "head_dim": 12, "hidden_act": "silu",
         "hidden_size": 24, "initializer_range": 0.02, "intermediate_size": 40,
         "max_position_embeddings": 64, "max_window_layers": 28, "model_type": "qwen3",
         "num_attention_heads": 4, "num_hidden_layers": 2, "num_key_value_heads": 2,
         "rms_norm_eps": 1e-06, "rope_scaling": null, "rope_theta": 10000,
         "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
         "transformers_version": "4.51.3", "use_cache": true, "use_sliding_window": false,
         "vocab_size": 67}
        """);
    requireGolden("qwen3", directory);
  }

  /** As llama.cpp converts Qwen3-Reranker: with copies of the rows of yes and no. */
  @Test
  void aRerankersHeadIsReadFromItsEmbeddingOrRefused() throws Exception {
    Path file = directory.resolve("model.gguf");
    List<String> tokens = new ArrayList<>();
    for (int i = 0; i < 67; i++) {
      tokens.add(i == 5 ? "yes" : i == 9 ? "no" : "t" + i);
    }
    float[] embedding;
    try (Weights weights = WeightFiles.open(resource("qwen3"))) {
      embedding = new float[67 * 24];
      weights.read("model.embed_tokens.weight", FloatBuffer.wrap(embedding));
    }
    float[] head = new float[48];
    System.arraycopy(embedding, 5 * 24, head, 0, 24);
    System.arraycopy(embedding, 9 * 24, head, 24, 24);
    TinyGguf tiny = converted("qwen3", "rope.scaling.factor");
    tiny.with("qwen3.pooling_type", 4)
        .with("qwen3.classifier.output_labels", List.of("yes", "no"))
        .with("tokenizer.ggml.tokens", tokens)
        .tensor("cls.output.weight", head, 2, 24);
    Files.write(file, tiny.bytes());
    requireGolden("qwen3", file);
    head[30] = 9;
    Files.write(file, tiny.bytes());
    assertThatThrownBy(() -> WeightFiles.open(file))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(
            "has the tensor cls.output.weight, which is not part of a qwen3 model");
  }

  @Test
  void oldRotaryFrequenciesInAFileAreNotRead() throws Exception {
    SafetensorsWriter out = rewritten("llama", tensor -> tensor);
    out.tensor("model.layers.0.self_attn.rotary_emb.inv_freq", new float[4], 4);
    out.write(directory.resolve("model.safetensors"));
    requireGolden("llama", directory);
  }

  private SafetensorsWriter rewritten(String name, java.util.function.UnaryOperator<String> renamed)
      throws Exception {
    Path from = resource(name);
    Files.copy(from.resolve("config.json"), directory.resolve("config.json"));
    SafetensorsWriter out = new SafetensorsWriter();
    try (SafetensorsFile in = SafetensorsFile.open(from.resolve("model.safetensors"))) {
      in.shapes()
          .forEach((tensor, shape) -> out.tensor(renamed.apply(tensor), in.read(tensor), shape));
    }
    out.write(directory.resolve("model.safetensors"));
    return out;
  }

  private static TinyGguf converted(String name, String factorKey) throws Exception {
    TinyGguf tiny = new TinyGguf();
    String architecture = name.startsWith("qwen") ? name : "llama";
    convert(tiny, name, architecture, factorKey);
    return tiny;
  }

  private static void convert(TinyGguf tiny, String name, String architecture, String factorKey)
      throws Exception {
    tiny.metadata.clear();
    tiny.tensorNames.clear();
    try (Weights weights = WeightFiles.open(resource(name))) {
      ModelConfig config = weights.config();
      String prefix = architecture + ".";
      tiny.with("general.architecture", architecture)
          .with("general.quantization_version", 2)
          .with("some.vendor.key", "x")
          .with(prefix + "embedding_length", config.hidden())
          .with(prefix + "block_count", config.blocks())
          .with(prefix + "attention.head_count", config.heads())
          .with(prefix + "attention.head_count_kv", config.kvHeads())
          .with(prefix + "attention.key_length", config.headSize())
          .with(prefix + "attention.value_length", config.headSize())
          .with(prefix + "rope.dimension_count", config.headSize())
          .with(prefix + "feed_forward_length", config.intermediate())
          .with(prefix + "context_length", config.positions())
          .with(prefix + "attention.layer_norm_rms_epsilon", config.normEpsilon())
          .with(prefix + "rope.freq_base", config.rope().theta())
          .with(prefix + "vocab_size", config.vocabulary());
      switch (config.rope().scaling()) {
        case ModelConfig.Scaling.Linear linear -> tiny.with(prefix + factorKey, linear.factor());
        case ModelConfig.Scaling.Llama3 llama3 ->
            tiny.tensor("rope_freqs.weight", factors(config, llama3), config.headSize() / 2);
        default -> tiny.with(prefix + "rope.scaling.type", "none");
      }
      for (String tensor : weights.names()) {
        int[] shape = Arrays.stream(weights.shape(tensor)).mapToInt(n -> (int) n).toArray();
        float[] values = new float[Arrays.stream(shape).reduce(1, (a, b) -> a * b)];
        weights.read(tensor, FloatBuffer.wrap(values));
        if (architecture.equals("llama") && tensor.matches(".*\\.[qk]_proj\\..*")) {
          values = interleaved(values, shape[0], config.headSize());
        }
        tiny.tensor(named(tensor), values, shape);
      }
    }
  }

  private static String named(String tensor) {
    String[] parts = tensor.split("\\.", 4);
    return switch (tensor) {
      case "model.embed_tokens.weight" -> "token_embd.weight";
      case "model.norm.weight" -> "output_norm.weight";
      case "lm_head.weight" -> "output.weight";
      default -> {
        int dot = parts[3].lastIndexOf('.');
        String name = Objects.requireNonNull(NAMES.get(parts[3].substring(0, dot)), tensor);
        yield "blk." + parts[2] + "." + name + parts[3].substring(dot);
      }
    };
  }

  /** Row h·headSize/2 + i of a head becomes row 2i + h, as llama.cpp's converter permutes it. */
  private static float[] interleaved(float[] values, int rows, int headSize) {
    int columns = values.length / rows;
    float[] out = new float[values.length];
    for (int row = 0; row < rows; row++) {
      int inHead = row % headSize;
      int to = row - inHead + inHead % (headSize / 2) * 2 + inHead / (headSize / 2);
      System.arraycopy(values, row * columns, out, to * columns, columns);
    }
    return out;
  }

  /** What each frequency is divided by, as llama.cpp's converter computes it. */
  private static float[] factors(ModelConfig config, ModelConfig.Scaling.Llama3 scaling) {
    float[] factors = new float[config.headSize() / 2];
    double low = scaling.originalPositions() / (double) scaling.lowFrequency();
    double high = scaling.originalPositions() / (double) scaling.highFrequency();
    for (int i = 0; i < factors.length; i++) {
      double frequency = Math.pow(config.rope().theta(), -2.0 * i / config.headSize());
      double wavelength = 2 * Math.PI / frequency;
      if (wavelength < high) {
        factors[i] = 1;
      } else if (wavelength > low) {
        factors[i] = scaling.factor();
      } else {
        double smooth =
            (scaling.originalPositions() / wavelength - scaling.lowFrequency())
                / (scaling.highFrequency() - scaling.lowFrequency());
        factors[i] = (float) (1 / ((1 - smooth) / scaling.factor() + smooth));
      }
    }
    return factors;
  }

  private static void requireGolden(String name, Path model) throws Exception {
    try (Weights weights = WeightFiles.open(model);
        Backbone backbone = Backbone.load(weights, DType.F32, Device.CPU, Progress.silent());
        SafetensorsFile golden =
            SafetensorsFile.open(resource(name).resolve("golden.safetensors"))) {
      for (int prompt = 0; prompt < 3; prompt++) {
        float[] stored = golden.read("tokens." + prompt);
        int[] tokens = new int[stored.length];
        Arrays.setAll(tokens, i -> (int) stored[i]);
        float[] logits = golden.read("logits." + prompt);
        float greatest = 0;
        for (float logit : logits) {
          greatest = Math.max(greatest, Math.abs(logit));
        }
        assertThat(backbone.nextTokenLogits(tokens))
            .as("%s after %d tokens", name, tokens.length)
            .containsExactly(logits, within(2e-4f * greatest));
      }
    }
  }

  private static Path resource(String name) throws URISyntaxException, IOException {
    return Path.of(
            Objects.requireNonNull(
                    GgufModelsTest.class.getResource("/golden/tiny/" + name + "/config.json"))
                .toURI())
        .resolveSibling("");
  }
}

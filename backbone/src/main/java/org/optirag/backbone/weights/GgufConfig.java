package org.optirag.backbone.weights;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.optirag.backbone.weights.ModelConfig.Rope;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import org.optirag.workspace.UserException;

/** Reads the model's shape from a GGUF file's metadata. */
final class GgufConfig {
  private static final Set<String> KNOWN = Set.of("llama", "qwen2", "qwen3");

  /** Read here or in {@link ModelTensors}; the last lines hold what no prompt depends on. */
  private static final Set<String> READ =
      Set.of(
          "embedding_length",
          "block_count",
          "context_length",
          "feed_forward_length",
          "attention.head_count",
          "attention.head_count_kv",
          "attention.key_length",
          "attention.value_length",
          "attention.scale",
          "attention.sliding_window",
          "attention.layer_norm_rms_epsilon",
          "rope.dimension_count",
          "rope.freq_base",
          "rope.scale_linear",
          "rope.scaling.type",
          "rope.scaling.factor",
          "rope.scaling.original_context_length",
          "rope.scaling.finetuned",
          "vocab_size",
          "pooling_type",
          "classifier.output_labels");

  private static final Set<String> NEUTRAL_AT_ONE =
      Set.of("logit_scale", "residual_scale", "embedding_scale", "rope.scaling.attn_factor");

  private final GgufFile file;
  private final String architecture;

  private GgufConfig(GgufFile file, String architecture) {
    this.file = file;
    this.architecture = architecture;
  }

  static ModelConfig read(GgufFile file) {
    String architecture = String.valueOf(file.text("general.architecture"));
    if (!KNOWN.contains(architecture)) {
      throw ConfigChecks.unknownArchitecture(file.path(), architecture);
    }
    return new GgufConfig(file, architecture).read();
  }

  private ModelConfig read() {
    requireKnownKeys();
    GgufFile.Tensor embedding = file.tensors().get("token_embd.weight");
    if (embedding == null || embedding.shape().length != 2) {
      throw TensorFiles.broken(file.path(), "it has no tensor token_embd.weight [tokens, hidden]");
    }
    int hidden = number("embedding_length");
    int heads = number("attention.head_count");
    int headSize =
        has("attention.key_length")
            ? number("attention.key_length")
            : ConfigChecks.headSize(file.path(), hidden, heads);
    requireSame("attention.value_length", headSize);
    requireSame("rope.dimension_count", headSize);
    requireReal("attention.scale", 1 / Math.sqrt(headSize));
    int context = number("context_length");
    ModelConfig config =
        new ModelConfig(
            architecture,
            hidden,
            number("block_count"),
            heads,
            number("attention.head_count_kv", heads),
            headSize,
            number("feed_forward_length"),
            (int) Math.min(embedding.shape()[0], Integer.MAX_VALUE),
            Math.min(context, window(context)),
            (float) real("attention.layer_norm_rms_epsilon", 1e-5),
            new Rope((float) real("rope.freq_base", 10_000), scaling(headSize)),
            !file.tensors().containsKey("output.weight"),
            architecture.equals("qwen2") || file.tensors().containsKey("blk.0.attn_q.bias"),
            architecture.equals("qwen3"));
    return ConfigChecks.require(file.path(), config);
  }

  /** Every key that could change what is computed is read, or states that it does not. */
  private void requireKnownKeys() {
    file.metadata()
        .forEach((key, value) -> {
          if (key.startsWith(architecture + ".")
              && !READ.contains(key.substring(architecture.length() + 1))
              && !changesNothing(key.substring(architecture.length() + 1), value)) {
            throw ConfigChecks.unknownField(
                file.path(), key, shown(value), ConfigChecks.PLAIN_MODEL);
          }
        });
    if (file.number("split.count", 1) > 1) {
      throw new UserException(
          "%s is one of %d parts of a model.".formatted(file.path(), file.number("split.count", 1)),
          "Join them with llama.cpp's llama-gguf-split --merge, and give the result.");
    }
    String type = file.text("general.type");
    if (type != null && !type.equals("model")) {
      throw new UserException(
          "%s holds no model but a part of one: its general.type is \"%s\"."
              .formatted(file.path(), type),
          "Give the file of the model itself.");
    }
    long version = file.number("general.quantization_version", 2);
    if (version != 2) {
      throw ConfigChecks.unknownField(
          file.path(),
          "general.quantization_version",
          version,
          "Convert the model again with a recent llama.cpp.");
    }
  }

  /** A number of zero and the like means that a part is not there. */
  private static boolean changesNothing(String name, Object value) {
    return switch (value) {
      case Long number -> number == 0 || (number == 1 && name.equals("attention.causal"));
      case Boolean flag -> flag == name.equals("attention.causal");
      case Double number -> number == 0 || (number == 1 && NEUTRAL_AT_ONE.contains(name));
      case String text ->
          text.isEmpty()
              || (name.equals("hidden_activation") && text.equals("silu"))
              || (name.equals("tensor_data_layout") && text.equals("Meta AI original pth"));
      case long[] numbers -> LongStream.of(numbers).allMatch(number -> number == 0);
      default -> false;
    };
  }

  private static String shown(Object value) {
    return switch (value) {
      case long[] numbers -> Arrays.toString(numbers);
      case double[] numbers -> Arrays.toString(numbers);
      default -> String.valueOf(value);
    };
  }

  private void requireSame(String name, int expected) {
    if (has(name) && number(name) != expected) {
      throw ConfigChecks.unknownField(
          file.path(),
          key(name),
          number(name) + " beside heads of " + expected,
          ConfigChecks.PLAIN_MODEL);
    }
  }

  private void requireReal(String name, double expected) {
    double value = real(name, expected);
    if (value != 0 && Math.abs(value / expected - 1) > 1e-4) {
      throw ConfigChecks.unknownField(file.path(), key(name), value, ConfigChecks.PLAIN_MODEL);
    }
  }

  /** Within a sliding window full attention is the same, so the window bounds the prompt. */
  private int window(int context) {
    long window = file.number(key("attention.sliding_window"), 0);
    return window > 0 && window < context ? (int) window : context;
  }

  /**
   * Llama 3.1's scaling stands in the file as ready factors, one a frequency; linear scaling as a
   * number, which older files call scale_linear.
   */
  private Scaling scaling(int headSize) {
    Scaling stated = stated();
    GgufFile.Tensor factors = file.tensors().get("rope_freqs.weight");
    if (factors == null) {
      return stated;
    }
    if (!(stated instanceof Scaling.None) || !architecture.equals("llama")) {
      throw ConfigChecks.unknownField(
          file.path(), "rope_freqs.weight", "factors beside " + stated, ConfigChecks.PLAIN_MODEL);
    }
    if (factors.size() != headSize / 2) {
      throw TensorFiles.broken(
          file.path(),
          "rope_freqs.weight has %d values for heads of %d".formatted(factors.size(), headSize));
    }
    float[] divisors = new float[headSize / 2];
    file.read(factors, FloatBuffer.wrap(divisors));
    List<Float> list = new ArrayList<>();
    for (float divisor : divisors) {
      list.add(divisor);
    }
    return new Scaling.Divisors(list);
  }

  /** A factor without a type is linear, and so is llama.cpp's reading of it. */
  private Scaling stated() {
    double factor =
        has("rope.scaling.factor") ? real("rope.scaling.factor", 1) : real("rope.scale_linear", 1);
    String type = has("rope.scaling.type") ? file.text(key("rope.scaling.type")) : "linear";
    if ("none".equals(type) || ("linear".equals(type) && factor == 1)) {
      return new Scaling.None();
    }
    if (!"linear".equals(type)) {
      throw ConfigChecks.unknownScaling(file.path(), String.valueOf(type));
    }
    return new Scaling.Linear((float) factor);
  }

  private int number(String name) {
    return number(name, -1);
  }

  private int number(String name, int otherwise) {
    long value = has(name) ? file.number(key(name), -1) : otherwise;
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw TensorFiles.broken(file.path(), "its metadata has no usable number " + key(name));
    }
    return (int) value;
  }

  private double real(String name, double otherwise) {
    Object value = file.metadata().get(key(name));
    return switch (value) {
      case null -> otherwise;
      case Double number -> number;
      case Long number -> number;
      default ->
          throw TensorFiles.broken(file.path(), "its metadata has no usable number " + key(name));
    };
  }

  private boolean has(String name) {
    return file.metadata().containsKey(key(name));
  }

  private String key(String name) {
    return architecture + "." + name;
  }
}

package org.optirag.backbone.weights;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.optirag.backbone.weights.ModelConfig.Rope;
import org.optirag.backbone.weights.ModelConfig.Scaling;

/** Reads the model's shape from a GGUF file's metadata. */
final class GgufConfig {
  private static final Set<String> KNOWN = Set.of("llama", "qwen2", "qwen3");

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
    GgufFile.Tensor embedding = file.tensors().get("token_embd.weight");
    if (embedding == null || embedding.shape().length != 2) {
      throw TensorFiles.broken(file.path(), "it has no tensor token_embd.weight [tokens, hidden]");
    }
    int hidden = number("embedding_length");
    int heads = number("attention.head_count");
    int headSize = number("attention.key_length", hidden / heads);
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
            number("context_length"),
            (float) real("attention.layer_norm_rms_epsilon", 1e-5),
            new Rope((float) real("rope.freq_base", 10_000), scaling(headSize)),
            !file.tensors().containsKey("output.weight"),
            file.tensors().containsKey("blk.0.attn_q.bias"),
            file.tensors().containsKey("blk.0.attn_q_norm.weight"));
    return ConfigChecks.require(file.path(), config);
  }

  /**
   * Llama 3.1's scaling stands in the file as ready factors, one a frequency; linear scaling as a
   * number.
   */
  private Scaling scaling(int headSize) {
    GgufFile.Tensor factors = file.tensors().get("rope_freqs.weight");
    if (factors != null) {
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
    double factor = real("rope.scaling.factor", 1);
    String type = file.text(key("rope.scaling.type"));
    if (factor == 1 || type == null || type.equals("none")) {
      return new Scaling.None();
    }
    if (!type.equals("linear")) {
      throw ConfigChecks.unknownScaling(file.path(), type);
    }
    return new Scaling.Linear((float) factor);
  }

  private int number(String name) {
    return number(name, -1);
  }

  private int number(String name, int otherwise) {
    long value = file.number(key(name), otherwise);
    if (value < 1 || value > Integer.MAX_VALUE) {
      throw TensorFiles.broken(file.path(), "its metadata has no usable number " + key(name));
    }
    return (int) value;
  }

  private double real(String name, double otherwise) {
    return file.metadata().get(key(name)) instanceof Double value ? value : otherwise;
  }

  private String key(String name) {
    return architecture + "." + name;
  }
}

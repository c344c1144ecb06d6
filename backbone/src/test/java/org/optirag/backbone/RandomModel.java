package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.ModelConfig.Rope;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;

/**
 * A small model of random weights with grouped-query attention, for tests of structure; also those
 * of other modules, which depend on this module's test jar.
 */
public final class RandomModel implements Weights {
  /** The width of a hidden state. */
  public static final int HIDDEN = 32;

  /** How many tokens there are. */
  public static final int VOCABULARY = 101;

  private static final int BLOCKS = 4;

  private final ModelConfig config;
  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final long seed;

  RandomModel(int blocks, long seed) {
    this.config =
        new ModelConfig(
            "llama",
            HIDDEN,
            blocks,
            6,
            2,
            8,
            48,
            VOCABULARY,
            128,
            1e-5f,
            new Rope(10_000, new Scaling.None()),
            true,
            false,
            false);
    this.seed = seed;
    shapes.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
    shapes.put("model.norm.weight", new long[] {HIDDEN});
    for (int block = 0; block < blocks; block++) {
      String prefix = "model.layers." + block + ".";
      shapes.put(prefix + "input_layernorm.weight", new long[] {HIDDEN});
      shapes.put(prefix + "post_attention_layernorm.weight", new long[] {HIDDEN});
      shapes.put(prefix + "self_attn.q_proj.weight", new long[] {48, HIDDEN});
      shapes.put(prefix + "self_attn.k_proj.weight", new long[] {16, HIDDEN});
      shapes.put(prefix + "self_attn.v_proj.weight", new long[] {16, HIDDEN});
      shapes.put(prefix + "self_attn.o_proj.weight", new long[] {HIDDEN, 48});
      shapes.put(prefix + "mlp.gate_proj.weight", new long[] {48, HIDDEN});
      shapes.put(prefix + "mlp.up_proj.weight", new long[] {48, HIDDEN});
      shapes.put(prefix + "mlp.down_proj.weight", new long[] {HIDDEN, 48});
    }
  }

  /** Loads it; the same seed gives the same weights. */
  public static Backbone load(int blocks, long seed) {
    return load(blocks, seed, Device.CPU);
  }

  static Backbone load(int blocks, long seed, Device device) {
    return Backbone.load(new RandomModel(blocks, seed), DType.F32, device, Progress.silent());
  }

  static Backbone load(long seed) {
    return load(BLOCKS, seed);
  }

  static Weights weights(long seed) {
    return new RandomModel(BLOCKS, seed);
  }

  @Override
  public ModelConfig config() {
    return config;
  }

  @Override
  public Set<String> names() {
    return shapes.keySet();
  }

  @Override
  public long[] shape(String name) {
    return Objects.requireNonNull(shapes.get(name), name);
  }

  @Override
  public void read(String name, FloatBuffer target) {
    Random random = new Random(seed ^ name.hashCode());
    boolean norm = name.contains("norm");
    while (target.hasRemaining()) {
      target.put((float) (norm ? 1 + 0.1 * random.nextGaussian() : 0.3 * random.nextGaussian()));
    }
  }

  @Override
  public void close() {}
}

package org.optirag.scoring;

import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.ModelConfig.Rope;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;

/** A model of six small blocks with random weights, for tests of structure. */
public final class TinyModel implements Weights {
  public static final int BLOCKS = 6;
  public static final int HIDDEN = 24;
  static final int VOCABULARY = 97;

  private static final int HEADS = 4;
  private static final int HEAD_SIZE = 6;
  private static final int KEYS = 2 * HEAD_SIZE;
  private static final int WIDE = 40;

  private static final ModelConfig CONFIG =
      new ModelConfig(
          "llama",
          HIDDEN,
          BLOCKS,
          HEADS,
          2,
          HEAD_SIZE,
          WIDE,
          VOCABULARY,
          256,
          1e-5f,
          new Rope(10_000, new Scaling.None()),
          true,
          false,
          false);

  private final Map<String, long[]> shapes = new LinkedHashMap<>();
  private final long seed;

  private TinyModel(long seed) {
    this.seed = seed;
    shapes.put("model.embed_tokens.weight", new long[] {VOCABULARY, HIDDEN});
    shapes.put("model.norm.weight", new long[] {HIDDEN});
    for (int block = 0; block < BLOCKS; block++) {
      String prefix = "model.layers." + block + ".";
      shapes.put(prefix + "input_layernorm.weight", new long[] {HIDDEN});
      shapes.put(prefix + "post_attention_layernorm.weight", new long[] {HIDDEN});
      shapes.put(prefix + "self_attn.q_proj.weight", new long[] {HEADS * HEAD_SIZE, HIDDEN});
      shapes.put(prefix + "self_attn.k_proj.weight", new long[] {KEYS, HIDDEN});
      shapes.put(prefix + "self_attn.v_proj.weight", new long[] {KEYS, HIDDEN});
      shapes.put(prefix + "self_attn.o_proj.weight", new long[] {HIDDEN, HEADS * HEAD_SIZE});
      shapes.put(prefix + "mlp.gate_proj.weight", new long[] {WIDE, HIDDEN});
      shapes.put(prefix + "mlp.up_proj.weight", new long[] {WIDE, HIDDEN});
      shapes.put(prefix + "mlp.down_proj.weight", new long[] {HIDDEN, WIDE});
    }
  }

  /** Loads it; the same seed gives the same weights. */
  public static Backbone load(long seed) {
    return Backbone.load(new TinyModel(seed), DType.F32, Device.CPU, Progress.silent());
  }

  @Override
  public ModelConfig config() {
    return CONFIG;
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

package org.optirag.backbone.lora;

import java.util.function.ToIntFunction;
import org.optirag.backbone.weights.ModelConfig;

/** A matrix of a block that an adapter can change. */
public enum LoraModule {
  /** Queries, [heads * headSize, hidden]. */
  Q_PROJ("self_attn.q_proj", ModelConfig::hidden, config -> config.heads() * config.headSize()),
  /** Keys, [kvHeads * headSize, hidden]. */
  K_PROJ("self_attn.k_proj", ModelConfig::hidden, config -> config.kvHeads() * config.headSize()),
  /** Values, [kvHeads * headSize, hidden]. */
  V_PROJ("self_attn.v_proj", ModelConfig::hidden, config -> config.kvHeads() * config.headSize()),
  /** Output of the attention, [hidden, heads * headSize]. */
  O_PROJ("self_attn.o_proj", config -> config.heads() * config.headSize(), ModelConfig::hidden),
  /** Gate of the MLP, [intermediate, hidden]. */
  GATE_PROJ("mlp.gate_proj", ModelConfig::hidden, ModelConfig::intermediate),
  /** What the gate lets through, [intermediate, hidden]. */
  UP_PROJ("mlp.up_proj", ModelConfig::hidden, ModelConfig::intermediate),
  /** Output of the MLP, [hidden, intermediate]. */
  DOWN_PROJ("mlp.down_proj", ModelConfig::intermediate, ModelConfig::hidden);

  private final String path;
  private final ToIntFunction<ModelConfig> in;
  private final ToIntFunction<ModelConfig> out;

  LoraModule(String path, ToIntFunction<ModelConfig> in, ToIntFunction<ModelConfig> out) {
    this.path = path;
    this.in = in;
    this.out = out;
  }

  /** Its name among PEFT's target modules, for instance {@code q_proj}. */
  public String target() {
    return path.substring(path.indexOf('.') + 1);
  }

  /** Its name within a block, for instance {@code self_attn.q_proj}. */
  public String path() {
    return path;
  }

  /** The width of what it reads. */
  public int in(ModelConfig config) {
    return in.applyAsInt(config);
  }

  /** The width of what it writes. */
  public int out(ModelConfig config) {
    return out.applyAsInt(config);
  }

  /** The name of its weights in a model. */
  public String weight(int block) {
    return "model.layers." + (block - 1) + "." + path + ".weight";
  }
}

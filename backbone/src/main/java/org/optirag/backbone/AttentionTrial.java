package org.optirag.backbone;

import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/** A block's attention in one number type, from and to f32 as products in 8 bits leave it. */
final class AttentionTrial implements KernelTrial.Contestant {
  private static final int TOKENS = 256;
  private static final int SMALL = 32;

  private final Attention attention;
  private final ModelConfig config;
  private final torch.ScalarType type;

  AttentionTrial(Attention attention, ModelConfig config, torch.ScalarType type) {
    this.attention = attention;
    this.config = config;
    this.type = type;
  }

  @Override
  public String name() {
    return "attention in " + type.name();
  }

  @Override
  public @Nullable String tryOut() {
    attend(SMALL);
    return null;
  }

  @Override
  public void run() {
    attend(TOKENS);
  }

  private void attend(int tokens) {
    Tensor q = heads(tokens, config.heads());
    Tensor k = heads(tokens, config.kvHeads());
    Packing.Segment segment =
        new Packing.Segment(0, tokens, new int[0], null, null, null, null, null);
    attention.attend(q, k, k, List.of(segment)).to(Tensors.F32);
  }

  private Tensor heads(int tokens, int heads) {
    return torch.ones(tokens, heads, config.headSize()).to(type);
  }
}

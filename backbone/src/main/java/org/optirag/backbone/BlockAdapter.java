package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.weights.ModelConfig;

/** What LoRA adds to the projections of one block, with autograd into its factors. */
final class BlockAdapter {

  /** A [rank, in] and B [out, rank]. */
  record Factors(Parameter a, Parameter b) {}

  private final ModelConfig config;
  private final int block;
  private final double scale;
  private final Map<LoraModule, Factors> factors;
  private final @Nullable Dropout dropout;

  /**
   * @param block 1…L
   * @param scale of B A
   * @param dropout of A's inputs, or null for none
   */
  BlockAdapter(
      ModelConfig config,
      int block,
      double scale,
      Map<LoraModule, Factors> factors,
      @Nullable Dropout dropout) {
    this.config = config;
    this.block = block;
    this.scale = scale;
    this.factors = factors;
    this.dropout = dropout;
  }

  /** The same adapter with dropout. */
  BlockAdapter dropping(@Nullable Dropout dropout) {
    return new BlockAdapter(config, block, scale, factors, dropout);
  }

  Map<LoraModule, Factors> factors() {
    return factors;
  }

  /** Its parameters, always in the same order. */
  List<Parameter> parameters() {
    return parameters(List.of(Projection.values()));
  }

  /** The parameters that change some projections. */
  List<Parameter> parameters(List<Projection> projections) {
    List<Parameter> all = new ArrayList<>();
    for (Projection projection : projections) {
      for (LoraModule module : projection.modules()) {
        Factors of = factors.get(module);
        if (of != null) {
          all.add(of.a);
          all.add(of.b);
        }
      }
    }
    return all;
  }

  /**
   * x Wᵀ in the weights' number type, and what an adapter adds to it.
   *
   * @param adapter or null for the bare product
   */
  static Tensor project(
      Tensor x, Matrix weight, @Nullable BlockAdapter adapter, Projection projection) {
    Tensor input = x.to(weight.input());
    Tensor projected = weight.times(input);
    Tensor change = adapter == null ? null : adapter.change(input, projection);
    return change == null ? projected : projected.add(change);
  }

  /**
   * What is added to a projection, [rows, out] in the type of the input, or null for nothing.
   *
   * @param input what the projection reads, [rows, in]
   */
  @Nullable Tensor change(Tensor input, Projection projection) {
    List<LoraModule> adapted = projection.modules().stream().filter(factors::containsKey).toList();
    if (adapted.isEmpty()) {
      return null;
    }
    Tensor read = input;
    if (dropout != null) {
      read = input.mul(dropout.mask(block, projection, input));
    }
    Tensor[] downs = adapted.stream().map(module -> of(module).a.leaf()).toArray(Tensor[]::new);
    Tensor inner = torch.linear(read, Tensors.concat(0, downs).to(input.scalar_type()));
    Tensor up = Tensors.scaled(up(projection, adapted), scale).to(input.scalar_type());
    if (projection == Projection.QKV) {
      // The adapter's rows stand as published, the block's in pairs.
      up = up.index_select(0, Tensors.indices(RotaryEmbedding.pairs(config), up.device()));
    }
    return torch.linear(inner, up);
  }

  /** [out, rank * adapted]: each adapted part reads its own columns, the others nothing. */
  private Tensor up(Projection projection, List<LoraModule> adapted) {
    Tensor any = of(adapted.getFirst()).b.leaf();
    long rank = any.size(1);
    List<Tensor> parts = new ArrayList<>();
    for (LoraModule module : projection.modules()) {
      int at = adapted.indexOf(module);
      long out = module.out(config);
      if (at < 0) {
        parts.add(any.new_zeros(out, rank * adapted.size()));
        continue;
      }
      List<Tensor> columns = new ArrayList<>();
      if (at > 0) {
        columns.add(any.new_zeros(out, rank * at));
      }
      columns.add(of(module).b.leaf());
      if (at < adapted.size() - 1) {
        columns.add(any.new_zeros(out, rank * (adapted.size() - 1 - at)));
      }
      parts.add(Tensors.concat(1, columns.toArray(Tensor[]::new)));
    }
    return Tensors.concat(0, parts.toArray(Tensor[]::new));
  }

  private Factors of(LoraModule module) {
    return Objects.requireNonNull(factors.get(module));
  }
}

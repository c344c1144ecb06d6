package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;

/**
 * One transformer block of the Llama architecture: x + attention(norm(x)), then x + mlp(norm(x)).
 * The projections of q, k and v are one matrix, those of gate and up another. The residual stream x
 * is f32 whatever the projections' type.
 */
final class Block implements AutoCloseable {
  private static final long[] LAST = {-1};

  private final ModelConfig config;
  private final Attention attention;
  private final Owned owned = new Owned();
  private final Tensor inputNorm;
  private final Matrix qkv;
  private final @Nullable Tensor qkvBias;
  private final @Nullable Tensor queryNorm;
  private final @Nullable Tensor keyNorm;
  private final Matrix output;
  private final Tensor mlpNorm;
  private final GatedUnit gateUp;
  private final Matrix down;

  Block(ModelConfig config, WeightLoader loader, int number) {
    this.config = config;
    this.attention = new Attention(config);
    String prefix = "model.layers." + number + ".";
    String self = prefix + "self_attn.";
    long hidden = config.hidden();
    long q = (long) config.heads() * config.headSize();
    long kv = (long) config.kvHeads() * config.headSize();
    long wide = config.intermediate();
    try {
      inputNorm = owned.take(loader.vector(prefix + "input_layernorm.weight", hidden));
      int[] pairs = RotaryEmbedding.pairs(config);
      qkv =
          owned.take(
              loader.projection(
                  ordered(
                      loader.matrix(
                          hidden,
                          new String[] {
                            self + "q_proj.weight", self + "k_proj.weight", self + "v_proj.weight"
                          },
                          q,
                          kv,
                          kv),
                      pairs)));
      qkvBias =
          config.attentionBias()
              ? owned.take(
                  ordered(
                      loader.vectors(
                          new String[] {
                            self + "q_proj.bias", self + "k_proj.bias", self + "v_proj.bias"
                          },
                          q,
                          kv,
                          kv),
                      pairs))
              : null;
      queryNorm = config.queryKeyNorm() ? headNorm(loader, self + "q_norm.weight") : null;
      keyNorm = config.queryKeyNorm() ? headNorm(loader, self + "k_norm.weight") : null;
      output =
          owned.take(
              loader.projection(loader.matrix(q, new String[] {self + "o_proj.weight"}, hidden)));
      mlpNorm = owned.take(loader.vector(prefix + "post_attention_layernorm.weight", hidden));
      gateUp =
          owned.take(
              loader.gatedUnit(
                  loader.matrix(
                      hidden,
                      new String[] {prefix + "mlp.gate_proj.weight", prefix + "mlp.up_proj.weight"},
                      wide,
                      wide)));
      down =
          owned.take(
              loader.projection(
                  loader.matrix(wide, new String[] {prefix + "mlp.down_proj.weight"}, hidden)));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Tensor headNorm(WeightLoader loader, String name) {
    Tensor published = loader.vector(name, config.headSize());
    return owned.take(ordered(published, RotaryEmbedding.pairsOfHead(config)));
  }

  /** Rows in another order, held; the tensor itself is released. */
  private static Tensor ordered(Tensor held, int[] rows) {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.hold(held.index_select(0, Tensors.indices(rows, held.device())));
    } finally {
      Tensors.release(held);
    }
  }

  /**
   * A block in 8 bits. What single inputs reach beyond the others is moved into the weights before
   * they are rounded, half of it each (SmoothQuant, arXiv 2211.10438, alpha 0.5): the norms and the
   * rows of the projection before are divided by what the columns are multiplied with.
   *
   * @param from in floating point; still the caller's
   * @param reach what it has read of a sample
   * @param speeds say what multiplies it
   */
  private Block(Block from, ActivationRange reach, ProductSpeeds speeds) {
    this.config = from.config;
    this.attention = from.attention;
    try {
      Tensor wide = weight(from.down);
      Tensor both = weight(from.gateUp);
      Tensor ofInput = smoothing(reach.qkv(), weight(from.qkv));
      Tensor ofMlp = smoothing(reach.gateUp(), both);
      Tensor ofDown = smoothing(reach.down(), wide);
      inputNorm = owned.hold(from.inputNorm.div(ofInput));
      qkv = owned.take(int8(weight(from.qkv).mul(ofInput), speeds));
      qkvBias = again(from.qkvBias);
      queryNorm = again(from.queryNorm);
      keyNorm = again(from.keyNorm);
      output = owned.take(int8(weight(from.output), speeds));
      mlpNorm = owned.hold(from.mlpNorm.div(ofMlp));
      both = both.mul(ofMlp);
      both.narrow(0, config.intermediate(), config.intermediate()).div_(ofDown.unsqueeze(1));
      gateUp = owned.take(new GatedUnit.Joint(int8(both, speeds)));
      down = owned.take(int8(wide.mul(ofDown), speeds));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private static Matrix int8(Tensor weight, ProductSpeeds speeds) {
    return Int8Matrix.of(weight, speeds.int8(), speeds.mixing());
  }

  /** What the inputs of a matrix are divided by, and its columns multiplied with, [in]. */
  private static Tensor smoothing(Tensor reach, Tensor weight) {
    Tensor columns = weight.abs().amax(new long[] {0}, false);
    Scalar least = new Scalar(1e-5);
    return reach.clamp_min(least).div(columns.clamp_min(least)).sqrt_();
  }

  private static Tensor weight(Matrix matrix) {
    return switch (matrix) {
      case FloatMatrix floats -> floats.weight().to(Tensors.F32);
      case PackedMatrix packed -> throw new IllegalStateException("packed");
      case Int8Matrix ints -> throw new IllegalStateException("already in 8 bits");
    };
  }

  private static Tensor weight(GatedUnit unit) {
    return switch (unit) {
      case GatedUnit.Joint joint -> weight(joint.matrix());
      case GatedUnit.Packed packed -> throw new IllegalStateException("packed");
    };
  }

  private @Nullable Tensor again(@Nullable Tensor tensor) {
    return tensor == null ? null : owned.hold(tensor.clone());
  }

  /** The same block in 8 bits. */
  Block quantized(ActivationRange reach, ProductSpeeds speeds) {
    return new Block(this, reach, speeds);
  }

  /** Everything in floating point that it was loaded from and that is not packed. */
  List<Tensor> weights() {
    List<Tensor> weights = new ArrayList<>(List.of(inputNorm, mlpNorm));
    for (Tensor tensor : new @Nullable Tensor[] {qkvBias, queryNorm, keyNorm}) {
      if (tensor != null) {
        weights.add(tensor);
      }
    }
    List<Matrix> matrices = new ArrayList<>(List.of(qkv, output, down));
    if (gateUp instanceof GatedUnit.Joint joint) {
      matrices.add(joint.matrix());
    }
    for (Matrix matrix : matrices) {
      if (matrix instanceof FloatMatrix floats) {
        weights.add(floats.weight());
      }
    }
    return List.copyOf(weights);
  }

  /**
   * @param x residual stream [tokens, hidden], f32
   * @return the same after this block
   */
  Tensor forward(Tensor x, Packing packing) {
    Heads heads = heads(x, packing, null);
    return finish(x, attention.attend(heads.q, heads.k, heads.v, packing.segments()), null, null);
  }

  /**
   * What the attention reads, in the projections' type; a head's dimensions stand in pairs, as
   * {@link RotaryEmbedding} orders them.
   *
   * @param q [tokens, heads, headSize], rotated and divided by √headSize
   * @param k [tokens, kvHeads, headSize], rotated
   * @param v [tokens, kvHeads, headSize]
   */
  record Heads(Tensor q, Tensor k, Tensor v) {}

  Attention attention() {
    return attention;
  }

  /** The type that its attention computes in. */
  torch.ScalarType mixing() {
    return qkv.mixing();
  }

  /**
   * The part before the attention.
   *
   * @param x residual stream [tokens, hidden], f32
   * @param adapter what is added to the projections, or null
   */
  Heads heads(Tensor x, Packing packing, @Nullable BlockAdapter adapter) {
    Tensor normed = PassPart.NORM.tensor(() -> norm(x, inputNorm).to(qkv.input()));
    Tensor projected =
        PassPart.QKV.tensor(
            () -> biased(BlockAdapter.project(normed, qkv, adapter, Projection.QKV)));
    return PassPart.ROTATION.of(() -> heads(projected, packing));
  }

  private Tensor biased(Tensor projected) {
    return qkvBias == null ? projected : projected.to(Tensors.F32).add(qkvBias);
  }

  /**
   * @param projected [tokens, (heads + 2 kvHeads) * headSize]
   */
  private Heads heads(Tensor projected, Packing packing) {
    int heads = config.heads();
    int kvHeads = config.kvHeads();
    int size = config.headSize();
    torch.ScalarType type = qkv.mixing();
    long both = (long) (heads + kvHeads) * size;
    Tensor q =
        Tensors.only(
            () -> turned(rows(projected, 0, heads, queryNorm), packing.queryTurns()).to(type));
    Tensor k =
        Tensors.only(
            () -> turned(rows(projected, heads, kvHeads, keyNorm), packing.turns()).to(type));
    Tensor v = projected.narrow(1, both, (long) kvHeads * size).to(type).view(-1, kvHeads, size);
    return new Heads(q, k, v.contiguous());
  }

  /** Some of the projected heads in f32, a copy, [tokens, count, headSize]. */
  private Tensor rows(Tensor projected, int first, int count, @Nullable Tensor norm) {
    int size = config.headSize();
    Tensor rows =
        projected
            .narrow(1, (long) first * size, (long) count * size)
            .to(Tensors.F32, false, true, new MemoryFormatOptional())
            .view(-1, count, size);
    return norm == null ? rows : norm(rows, norm);
  }

  /**
   * Queries or keys, turned by their positions in place.
   *
   * @param rows [tokens, any heads, headSize], contiguous
   * @param turns complex, [tokens, 1, headSize / 2]
   */
  private static Tensor turned(Tensor rows, Tensor turns) {
    Tensor pairs = rows.view(rows.size(0), rows.size(1), -1, 2);
    return torch.view_as_real(torch.view_as_complex(pairs).mul_(turns)).view_as(rows);
  }

  /**
   * The part after the attention.
   *
   * @param x residual stream [tokens, hidden], f32
   * @param mixed what the attention made, [tokens, heads * headSize]
   * @param adapter what is added to the projections, or null
   * @param rows the rows that are wanted of the result, or null for all
   * @return the rows after this block
   */
  Tensor finish(Tensor x, Tensor mixed, @Nullable BlockAdapter adapter, @Nullable Tensor rows) {
    Tensor before = rows == null ? x : x.index_select(0, rows);
    Tensor kept = rows == null ? mixed : mixed.index_select(0, rows);
    Tensor afterAttention =
        PassPart.OUTPUT.tensor(
            () -> before.add(BlockAdapter.project(kept, output, adapter, Projection.OUTPUT)));
    Tensor normed = PassPart.NORM.tensor(() -> norm(afterAttention, mlpNorm).to(gateUp.input()));
    Tensor gated = Tensors.only(() -> gateUp.of(normed, adapter));
    return PassPart.DOWN.tensor(
        () -> afterAttention.add(BlockAdapter.project(gated, down, adapter, Projection.DOWN)));
  }

  /** What its projections read of a sample; x is [tokens, hidden]. */
  ActivationRange reach(Tensor x, Packing packing) {
    Heads heads = heads(x, packing, null);
    Tensor mixed = attention.attend(heads.q, heads.k, heads.v, packing.segments());
    Tensor normed =
        norm(x.add(BlockAdapter.project(mixed, output, null, Projection.OUTPUT)), mlpNorm);
    return new ActivationRange(
        greatest(norm(x, inputNorm)), greatest(normed), greatest(gateUp.of(normed, null)));
  }

  private static Tensor greatest(Tensor rows) {
    return rows.abs().amax(new long[] {0}, false);
  }

  /** RMS norm over the last dimension. */
  private Tensor norm(Tensor x, Tensor weight) {
    return norm(x, weight, config.normEpsilon());
  }

  /** In place where a product is new: fewer passes over memory than libtorch's own. */
  static Tensor norm(Tensor x, Tensor weight, float epsilon) {
    Tensor length = torch.norm(x, new ScalarOptional(new Scalar(2.0)), LAST, true);
    Tensor mean = length.square().div_(new Scalar((double) x.size(-1)));
    return x.mul(mean.add_(new Scalar(epsilon)).rsqrt_()).mul_(weight);
  }

  @Override
  public void close() {
    owned.close();
  }
}

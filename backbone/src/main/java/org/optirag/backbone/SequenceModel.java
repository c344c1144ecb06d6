package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;

/**
 * A small transformer that reads a history with one token an item, as SASRec (arXiv 1808.09781)
 * does: causal attention and gated units over vectors, with learned positions. Its state after n
 * items gives two vectors, one near the items that come next, one near those that would be liked.
 *
 * <p>An item's vector is the projection of its text's vector plus one of its own, brought to length
 * 1. The one of its own is left out at random in training, so that an item without one works.
 */
final class SequenceModel implements AutoCloseable {
  private static final double EPSILON = 1e-6;

  /** The inverse temperature of the next item at first, as in CLIP (arXiv 2103.00020). */
  private static final double SHARP = 1 / 0.07;

  /** What a like's log odds move by at first, from the least to the most alike. */
  private static final double LIKES = 4;

  private final SequenceShape shape;
  private final Owned owned = new Owned();
  private final List<Parameter> parameters = new ArrayList<>();
  private final List<Layer> layers = new ArrayList<>();
  private final Parameter text;
  private final Parameter own;
  private final Parameter start;
  private final Parameter marks;
  private final Parameter positions;
  private final Parameter norm;
  private final Parameter like;
  private final Parameter quality;
  private final Parameter scales;

  /** One block: norm and projections of its attention, norm and projections of its gated unit. */
  private record Layer(
      Parameter before,
      Parameter qkv,
      Parameter out,
      Parameter between,
      Parameter gateUp,
      Parameter down) {}

  /** A new model with numbers drawn from a seed. */
  SequenceModel(SequenceShape shape, long seed) {
    this.shape = shape;
    SplittableRandom random = new SplittableRandom(seed);
    int width = shape.width();
    int inner = shape.inner();
    double usual = 1 / Math.sqrt(width);
    // The residual stream is a sum of all blocks: each adds the less, the more there are.
    double deep = 1 / Math.sqrt(2.0 * Math.max(1, shape.blocks()));
    try {
      text = normal(random, "text", 1 / Math.sqrt(Math.max(1, shape.text())), width, shape.text());
      own = normal(random, "own", shape.text() == 0 ? usual : 0.02, shape.items(), width);
      start = normal(random, "start", 1, width);
      marks = normal(random, "marks", 0.1, 2, width);
      positions = normal(random, "positions", 0.1, shape.length() + 1, width);
      for (int block = 1; block <= shape.blocks(); block++) {
        String name = "block." + block + ".";
        layers.add(
            new Layer(
                same(name + "attention.norm", 1, width),
                normal(random, name + "attention.qkv", usual, 3 * width, width),
                normal(random, name + "attention.out", usual * deep, width, width),
                same(name + "unit.norm", 1, width),
                normal(random, name + "unit.gate_up", usual, 2 * inner, width),
                normal(random, name + "unit.down", deep / Math.sqrt(inner), width, inner)));
      }
      norm = same("norm", 1, width);
      like = normal(random, "like", usual, width, width);
      quality = same("quality", 0, width);
      scales = same("scales", 0, 3);
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
    scales.values()[0] = (float) Math.log(SHARP);
    scales.values()[1] = (float) Math.log(LIKES);
    scales.publish();
  }

  private Parameter normal(
      SplittableRandom random, String name, double deviation, int rows, int columns) {
    return made(
        name, gaussian(random, deviation, Math.multiplyExact(rows, columns)), rows, columns);
  }

  private Parameter normal(SplittableRandom random, String name, double deviation, int width) {
    return made(name, gaussian(random, deviation, width), width);
  }

  private static float[] gaussian(SplittableRandom random, double deviation, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }

  private Parameter same(String name, float value, int width) {
    float[] values = new float[width];
    Arrays.fill(values, value);
    return made(name, values, width);
  }

  private Parameter made(String name, float[] values, long... dimensions) {
    Parameter made;
    try (PointerScope scope = new PointerScope()) {
      made =
          owned.take(
              new Parameter(name, Parameter.Kind.HEAD, 0, values, new Device("cpu"), dimensions));
    }
    parameters.add(made);
    return made;
  }

  SequenceShape shape() {
    return shape;
  }

  /** All that learns, always in the same order. */
  List<Parameter> parameters() {
    return parameters;
  }

  /** The parameter of a name. */
  float[] values(String name) {
    return parameters.stream()
        .filter(parameter -> parameter.name().equals(name))
        .findFirst()
        .orElseThrow()
        .values();
  }

  /**
   * Vectors of items, [items, width], of length 1.
   *
   * @param texts [items, text]
   * @param rows of the items' own vectors, int64 [items]; any row where none is kept
   * @param kept [items, 1]: 1 where an item's own vector counts, else 0
   */
  Tensor items(Tensor texts, Tensor rows, Tensor kept) {
    Tensor sum = shape.text() == 0 ? null : torch.linear(texts, text.leaf());
    if (shape.items() > 0) {
      Tensor owns = torch.embedding(own.leaf(), rows).mul(kept);
      sum = sum == null ? owns : sum.add(owns);
    }
    return unit(Objects.requireNonNull(sum));
  }

  private static Tensor unit(Tensor rows) {
    Tensor squares = rows.mul(rows).sum(new long[] {-1}, true, new ScalarTypeOptional());
    return rows.div(squares.add(new Scalar(1e-12)).sqrt());
  }

  /**
   * The residual stream after the last block and norm, [sequences, 1 + length, width]: row n has
   * read n items.
   *
   * @param vectors of the items, [sequences, length, width]
   * @param liked int64 [sequences, length], 1 or 0
   * @param dropout share of values that become 0
   */
  Tensor states(Tensor vectors, Tensor liked, double dropout) {
    Tensor x = dropped(tokens(vectors, liked), dropout);
    for (Layer layer : layers) {
      x = x.add(dropped(attention(x, layer), dropout));
      x = x.add(dropped(unit(x, layer), dropout));
    }
    return normed(x, norm);
  }

  /**
   * The last row alone of {@link #states}, [sequences, 1, width]: nothing else is computed of the
   * last block, which saves two fifths of the time of two.
   */
  Tensor last(Tensor vectors, Tensor liked) {
    Tensor x = tokens(vectors, liked);
    for (Layer layer : layers) {
      boolean ends = layer == layers.getLast();
      Tensor mixed = ends ? attentionOfLast(x, layer) : attention(x, layer);
      x = (ends ? lastRow(x) : x).add(mixed);
      x = x.add(unit(x, layer));
    }
    return normed(lastRow(x), norm);
  }

  private static Tensor lastRow(Tensor x) {
    return x.narrow(1, x.size(1) - 1, 1);
  }

  private Tensor tokens(Tensor vectors, Tensor liked) {
    long sequences = vectors.size(0);
    int width = shape.width();
    Tensor first = start.leaf().view(1, 1, width).expand(sequences, 1, width);
    Tensor tokens =
        vectors.mul(new Scalar(Math.sqrt(width))).add(torch.embedding(marks.leaf(), liked));
    return Tensors.concat(1, first, tokens).add(positions.leaf().narrow(0, 0, vectors.size(1) + 1));
  }

  /** Each row reads itself and what came before it. */
  private Tensor attention(Tensor x, Layer layer) {
    Tensor qkv = heads(torch.linear(normed(x, layer.before), layer.qkv.leaf()), 3);
    return mixed(qkv.select(0, 0), qkv.select(0, 1), qkv.select(0, 2), true, layer);
  }

  /** The last row of {@link #attention} alone. */
  private Tensor attentionOfLast(Tensor x, Layer layer) {
    int width = shape.width();
    Tensor normed = normed(x, layer.before);
    Tensor weights = layer.qkv.leaf();
    Tensor q = heads(torch.linear(lastRow(normed), weights.narrow(0, 0, width)), 1);
    Tensor kv = heads(torch.linear(normed, weights.narrow(0, width, 2L * width)), 2);
    return mixed(q.select(0, 0), kv.select(0, 0), kv.select(0, 1), false, layer);
  }

  /** [sequences, rows, parts · width] by parts and heads: [parts, sequences, heads, rows, size]. */
  private Tensor heads(Tensor rows, int parts) {
    return rows.view(rows.size(0), rows.size(1), parts, shape.heads(), -1).permute(2, 0, 3, 1, 4);
  }

  private Tensor mixed(Tensor q, Tensor k, Tensor v, boolean causal, Layer layer) {
    Tensor mixed =
        torch.scaled_dot_product_attention(
            q, k, v, new TensorOptional(), 0, causal, new DoubleOptional(), false);
    return torch.linear(
        mixed.transpose(1, 2).reshape(q.size(0), q.size(2), shape.width()), layer.out.leaf());
  }

  private Tensor normed(Tensor x, Parameter weight) {
    return torch.rms_norm(
        x,
        new long[] {shape.width()},
        new TensorOptional(weight.leaf()),
        new DoubleOptional(EPSILON));
  }

  private Tensor unit(Tensor x, Layer layer) {
    int inner = shape.inner();
    Tensor both = torch.linear(normed(x, layer.between), layer.gateUp.leaf());
    Tensor gated = torch.silu(both.narrow(-1, 0, inner)).mul(both.narrow(-1, inner, inner));
    return torch.linear(gated, layer.down.leaf());
  }

  private static Tensor dropped(Tensor x, double rate) {
    return rate == 0 ? x : torch.dropout(x, rate, true);
  }

  /**
   * Whose product with an item's vector is the logit of its coming next, [n, width].
   *
   * @param states [n, width]
   */
  Tensor next(Tensor states) {
    return unit(states).mul(scales.leaf().narrow(0, 0, 1).exp());
  }

  /**
   * Whose product with an item's vector, plus {@link #bias}, is the log odds of its being liked,
   * [n, width].
   *
   * @param states [n, width]
   */
  Tensor likes(Tensor states) {
    return unit(torch.linear(states, like.leaf()))
        .mul(scales.leaf().narrow(0, 1, 1).exp())
        .add(quality.leaf());
  }

  /** [1]. */
  Tensor bias() {
    return scales.leaf().narrow(0, 2, 1);
  }

  @Override
  public void close() {
    owned.close();
  }
}

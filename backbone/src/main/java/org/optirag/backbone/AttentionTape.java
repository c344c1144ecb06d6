package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * What an attention takes down on its way forward, and its way back by hand: autograd would copy
 * and pad each strip's gradient several times. With P = softmax(Q Kᵀ), O = P V and the gradient dO:
 * dV = Pᵀ dO, dP = dO Vᵀ, dS = P ∘ (dP − rowsum(dO ∘ O)), dQ = dS K, dK = dSᵀ Q (as in
 * FlashAttention, arXiv 2205.14135, appendix B.2).
 */
final class AttentionTape implements AutoCloseable {

  /** Queries of some of a context's tokens, [kvHeads, group * rows, ·] all. */
  private record Strip(int from, int start, Tensor queries, Tensor weights, Tensor mixed) {}

  /**
   * The candidates of a context.
   *
   * @param queries [kvHeads, n, group, longest, headSize]
   * @param ownK [kvHeads * n, longest, headSize]
   * @param contextWeights [kvHeads, n * group * longest, context]
   * @param ownWeights [kvHeads * n, group * longest, longest]
   * @param mixed [kvHeads, n * group * longest, headSize]
   */
  private record Fan(
      Packing.Segment segment,
      Tensor queries,
      Tensor ownK,
      Tensor ownV,
      @Nullable Tensor contextWeights,
      Tensor ownWeights,
      Tensor mixed) {}

  private final Attention attention;
  private final Block.Heads heads;
  private final List<Strip> strips = new ArrayList<>();
  private final List<Fan> fans = new ArrayList<>();
  private final List<Tensor> held = new ArrayList<>();

  /**
   * @param heads what the attention reads; not closed with the tape
   */
  AttentionTape(Attention attention, Block.Heads heads) {
    this.attention = attention;
    this.heads = heads;
  }

  void strip(int from, int start, Tensor queries, Tensor weights, Tensor mixed) {
    strips.add(new Strip(from, start, hold(queries), hold(weights), hold(mixed)));
  }

  void fan(
      Packing.Segment segment,
      Tensor queries,
      Tensor ownK,
      Tensor ownV,
      @Nullable Tensor contextWeights,
      Tensor ownWeights,
      Tensor mixed) {
    fans.add(
        new Fan(
            segment,
            hold(queries),
            hold(ownK),
            hold(ownV),
            contextWeights == null ? null : hold(contextWeights),
            hold(ownWeights),
            hold(mixed)));
  }

  private Tensor hold(Tensor tensor) {
    held.add(Tensors.hold(tensor));
    return tensor;
  }

  /**
   * The gradients of what the attention read.
   *
   * @param gradient of what it made, [tokens, heads * headSize]
   */
  Block.Heads backward(Tensor gradient) {
    Block.Heads sums =
        new Block.Heads(
            torch.zeros_like(heads.q()),
            torch.zeros_like(heads.k().to(Tensors.F32)),
            torch.zeros_like(heads.v().to(Tensors.F32)));
    for (Strip strip : strips) {
      backward(strip, gradient, sums);
    }
    for (Fan fan : fans) {
      backward(fan, gradient, sums);
    }
    torch.ScalarType type = heads.k().scalar_type();
    return new Block.Heads(sums.q(), sums.k().to(type), sums.v().to(type));
  }

  private void backward(Strip strip, Tensor gradient, Block.Heads sums) {
    long seen = strip.weights.size(2);
    long length = seen - strip.start;
    long first = (long) strip.from + strip.start;
    Tensor incoming =
        attention.byHead(
            gradient.narrow(0, first, length).unsqueeze(1).view(length, -1, headSize()));
    Tensor k = heads.k().narrow(0, strip.from, seen);
    Tensor v = heads.v().narrow(0, strip.from, seen);
    addByToken(sums.v(), strip.from, torch.bmm(strip.weights.transpose(1, 2), incoming));
    Tensor scores =
        throughSoftmax(
            torch.bmm(incoming, v.permute(1, 2, 0)), rowSums(incoming, strip.mixed), strip.weights);
    Tensor q = attention.byToken(torch.bmm(scores, k.permute(1, 0, 2)), length);
    sums.q().narrow(0, first, length).copy_(q.view(length, -1, headSize()));
    addByToken(sums.k(), strip.from, torch.bmm(scores.transpose(1, 2), strip.queries));
  }

  private void backward(Fan fan, Tensor gradient, Block.Heads sums) {
    Packing.Segment segment = fan.segment;
    long kvHeads = attention.kvHeads();
    long parts = kvHeads * segment.candidates().length;
    Tensor incoming =
        attention
            .byCandidate(segment.spread(Attention.own(gradient, segment)), segment)
            .reshape(kvHeads, -1, headSize());
    Tensor rowSums = rowSums(incoming, fan.mixed);
    Tensor ownIncoming = incoming.view(parts, -1, headSize());
    Tensor ownQueries = fan.queries.view(parts, -1, headSize());
    Tensor ownV = torch.bmm(fan.ownWeights.transpose(1, 2), ownIncoming);
    Tensor ownScores =
        throughSoftmax(
            torch.bmm(ownIncoming, fan.ownV.transpose(1, 2)),
            rowSums.view(parts, -1, 1),
            fan.ownWeights);
    Tensor q = torch.bmm(ownScores, fan.ownK).view(kvHeads, -1, headSize());
    Tensor ownK = torch.bmm(ownScores.transpose(1, 2), ownQueries);
    if (fan.contextWeights != null) {
      int context = segment.context();
      Tensor k = heads.k().narrow(0, segment.start(), context);
      Tensor v = heads.v().narrow(0, segment.start(), context);
      addByToken(
          sums.v(), segment.start(), torch.bmm(fan.contextWeights.transpose(1, 2), incoming));
      Tensor scores =
          throughSoftmax(torch.bmm(incoming, v.permute(1, 2, 0)), rowSums, fan.contextWeights);
      q = q.add(torch.bmm(scores, k.permute(1, 0, 2)));
      addByToken(
          sums.k(),
          segment.start(),
          torch.bmm(scores.transpose(1, 2), fan.queries.view(kvHeads, -1, headSize())));
    }
    Attention.own(sums.q(), segment).copy_(rows(q, segment));
    Attention.own(sums.k(), segment).add_(rows(ownK, segment));
    Attention.own(sums.v(), segment).add_(rows(ownV, segment));
  }

  /** Slots of candidates, [kvHeads, …, headSize], as [candidate rows, heads, headSize]. */
  private Tensor rows(Tensor slots, Packing.Segment segment) {
    Tensor padded =
        attention.fromCandidate(slots.view(attention.kvHeads(), -1, headSize()), segment);
    return segment.unpadded(padded).view(segment.candidateRows(), -1, headSize());
  }

  /** Adds [kvHeads, rows, headSize] to the rows from {@code first} on. */
  private static void addByToken(Tensor sum, long first, Tensor gradient) {
    sum.narrow(0, first, gradient.size(1)).add_(gradient.permute(1, 0, 2));
  }

  /** rowsum(dO ∘ O), [·, rows, 1]; in f32, then of the gradient's type. */
  private static Tensor rowSums(Tensor incoming, Tensor mixed) {
    return incoming
        .to(Tensors.F32)
        .mul(mixed)
        .sum(new long[] {-1}, true, new org.bytedeco.pytorch.ScalarTypeOptional());
  }

  /** P ∘ (dP − rowsum); changes dP. */
  private static Tensor throughSoftmax(Tensor ofWeights, Tensor rowSums, Tensor weights) {
    return ofWeights.sub_(rowSums.to(ofWeights.scalar_type())).mul_(weights);
  }

  private long headSize() {
    return attention.headSize();
  }

  @Override
  public void close() {
    held.forEach(Tensors::release);
    held.clear();
  }
}

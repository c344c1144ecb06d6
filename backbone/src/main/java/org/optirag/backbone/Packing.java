package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Where each token of a batch of prompts stands: all tokens are rows of one matrix, prompt after
 * prompt, in each the context and then its candidates, without padding.
 */
final class Packing implements AutoCloseable {

  /**
   * One prompt's rows.
   *
   * @param start first row
   * @param context rows of the context, possibly 0
   * @param candidates lengths of the candidates, possibly none
   * @param padded per slot of [candidates, longest] the row, counted from the first candidate's
   *     first, to read; null where all candidates have the same length
   * @param unpadded per candidate row its slot; null likewise
   * @param causal [longest, longest], 0 where a token sees another, -inf elsewhere
   * @param ends [candidates, 1, longest], 0 on a candidate's tokens, -inf on its padding; null
   *     where there is none
   */
  record Segment(
      int start,
      int context,
      int[] candidates,
      @Nullable Tensor padded,
      @Nullable Tensor unpadded,
      @Nullable Tensor causal,
      @Nullable Tensor ends,
      @Nullable LayerKv past) {
    /** The same prompt with its context's keys and values at one block. */
    Segment with(@Nullable LayerKv past) {
      return new Segment(start, context, candidates, padded, unpadded, causal, ends, past);
    }

    /** Tokens of the context, rows or remembered. */
    int contextTokens() {
      return past == null ? context : past.tokens();
    }

    int candidateRows() {
      return Arrays.stream(candidates).sum();
    }

    int longest() {
      return Arrays.stream(candidates).max().orElse(0);
    }

    /** Candidate rows [rows, …] as [candidates * longest, …]. */
    Tensor padded(Tensor rows) {
      return padded == null ? rows : rows.index_select(0, padded);
    }

    /** The reverse of {@link #padded(Tensor)}. */
    Tensor unpadded(Tensor slots) {
      return unpadded == null ? slots : slots.index_select(0, unpadded);
    }

    /** Candidate rows [rows, width] as [candidates * longest, width] with 0 as padding. */
    Tensor spread(Tensor rows) {
      return unpadded == null
          ? rows
          : rows.new_zeros((long) candidates.length * longest(), rows.size(1))
              .index_copy_(0, unpadded, rows);
    }
  }

  private final Owned owned = new Owned();
  private final List<Segment> segments = new ArrayList<>();
  private final Tensor turns;
  private final Tensor queryTurns;
  private final Tensor lastRows;
  private final int tokens;
  private @Nullable Tensor mask;

  /**
   * @param contexts rows of each prompt's context
   * @param before tokens of each prompt's context that are remembered and no rows
   * @param candidates lengths of each prompt's candidates
   */
  Packing(
      int[] contexts,
      int[] before,
      List<int[]> candidates,
      RotaryEmbedding rotary,
      int headSize,
      org.bytedeco.pytorch.Device device) {
    try {
      List<Integer> last = new ArrayList<>();
      List<Integer> positions = new ArrayList<>();
      for (int p = 0; p < contexts.length; p++) {
        int start = positions.size();
        for (int i = 0; i < contexts[p]; i++) {
          positions.add(i);
        }
        for (int length : candidates.get(p)) {
          for (int i = 0; i < length; i++) {
            positions.add(before[p] + contexts[p] + i);
          }
          last.add(positions.size() - 1);
        }
        segments.add(segment(start, contexts[p], candidates.get(p), device));
      }
      this.tokens = positions.size();
      int[] at = positions.stream().mapToInt(Integer::intValue).toArray();
      Tensor table =
          Tensor.create(rotary.turns(at), tokens, 1, headSize / 2, 2).to(device, Tensors.F32);
      this.turns = owned.hold(torch.view_as_complex(table));
      this.queryTurns = owned.hold(Tensors.scaled(turns, 1 / Math.sqrt(headSize)));
      this.lastRows =
          owned.hold(Tensors.indices(last.stream().mapToInt(Integer::intValue).toArray(), device));
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
  }

  private Segment segment(
      int start, int context, int[] lengths, org.bytedeco.pytorch.Device device) {
    if (lengths.length == 0) {
      return new Segment(start, context, lengths, null, null, null, null, null);
    }
    int longest = Arrays.stream(lengths).max().orElse(0);
    Tensor causal =
        owned.hold(
            torch
                .full(new long[] {longest, longest}, new Scalar(Double.NEGATIVE_INFINITY))
                .triu(1)
                .to(device, torch.ScalarType.Float));
    if (Arrays.stream(lengths).allMatch(length -> length == longest)) {
      return new Segment(start, context, lengths, null, null, causal, null, null);
    }
    int[] padded = new int[lengths.length * longest];
    int[] unpadded = new int[Arrays.stream(lengths).sum()];
    float[] ends = new float[padded.length];
    int row = 0;
    for (int c = 0; c < lengths.length; c++) {
      Arrays.fill(ends, c * longest + lengths[c], (c + 1) * longest, Float.NEGATIVE_INFINITY);
      for (int i = 0; i < longest; i++) {
        // Padding reads the candidate's last row again: real rows never see it, being earlier.
        padded[c * longest + i] = row + Math.min(i, lengths[c] - 1);
      }
      for (int i = 0; i < lengths[c]; i++) {
        unpadded[row + i] = c * longest + i;
      }
      row += lengths[c];
    }
    return new Segment(
        start,
        context,
        lengths,
        owned.hold(Tensors.indices(padded, device)),
        owned.hold(Tensors.indices(unpadded, device)),
        causal,
        owned.hold(Tensor.create(ends, lengths.length, 1, longest).to(device, Tensors.F32)),
        null);
  }

  List<Segment> segments() {
    return segments;
  }

  /**
   * Lays the whole batch out for one masked product: {@link #mask} is there from now on. Contexts
   * must be rows.
   *
   * @param type of the queries
   */
  void mask(torch.ScalarType type) {
    int[] prompts = new int[tokens];
    int[] parts = new int[tokens];
    for (int p = 0; p < segments.size(); p++) {
      Segment segment = segments.get(p);
      int at = segment.start() + segment.context();
      Arrays.fill(prompts, segment.start(), at + segment.candidateRows(), p);
      for (int c = 0; c < segment.candidates().length; c++) {
        Arrays.fill(parts, at, at + segment.candidates()[c], c + 1);
        at += segment.candidates()[c];
      }
    }
    try (PointerScope scope = new PointerScope()) {
      Tensor prompt = Tensors.indices(prompts, lastRows.device());
      Tensor part = Tensors.indices(parts, lastRows.device());
      Tensor seen = part.unsqueeze(0);
      Tensor hidden =
          prompt
              .unsqueeze(1)
              .ne(prompt.unsqueeze(0))
              .logical_or_(seen.ne(part.unsqueeze(1)).logical_and_(seen.ne(new Scalar(0))))
              .logical_or_(torch.ones(new long[] {tokens, tokens}, hiding()).triu(1));
      mask =
          owned.hold(
              torch
                  .zeros(
                      new long[] {tokens, tokens},
                      lastRows.options().dtype(new ScalarTypeOptional(Tensors.F32)))
                  .masked_fill_(hidden, new Scalar(Double.NEGATIVE_INFINITY))
                  .to(type));
    }
  }

  private TensorOptions hiding() {
    return lastRows.options().dtype(new ScalarTypeOptional(torch.ScalarType.Bool));
  }

  /** [tokens, tokens]: 0 where a token sees another, -inf elsewhere; null unless laid out so. */
  @Nullable Tensor mask() {
    return mask;
  }

  int tokens() {
    return tokens;
  }

  /** What keys are turned by, complex, [tokens, 1, headSize / 2]. */
  Tensor turns() {
    return turns;
  }

  /** The same for queries, divided by √headSize: the scale of the scores. */
  Tensor queryTurns() {
    return queryTurns;
  }

  /** The row of each candidate's last token. */
  Tensor lastRows() {
    return lastRows;
  }

  @Override
  public void close() {
    owned.close();
  }
}

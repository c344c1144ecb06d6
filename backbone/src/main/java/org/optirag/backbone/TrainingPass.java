package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Some prompts forward through the blocks and backward again, block by block: every block is a
 * graph of its own, from a leaf that holds its input. Backward begins at the last exit and ends at
 * the first block that learns; where an exit stands, the gradient of its head's state joins in.
 * With {@code recompute} a block's graph is made anew on the way back, so that only the blocks'
 * inputs are kept (arXiv 1604.06174).
 */
final class TrainingPass implements AutoCloseable {

  /** A block's input and, unless it is to be made anew, its graph. */
  private record Stage(int block, Tensor input, @Nullable BlockGraph graph) {}

  private final Backbone backbone;
  private final Learnables learnables;
  private final @Nullable Dropout dropout;
  private final boolean recompute;
  private final Packing packing;
  private final List<Tensor> states = new ArrayList<>();
  private final List<Stage> stages = new ArrayList<>();

  /**
   * Runs forward.
   *
   * @param masked whether attention is one masked product, as {@link Attention#attendMasked}
   * @param learning false to look only: nothing is kept for a way back
   */
  TrainingPass(
      Backbone backbone,
      Learnables learnables,
      List<PackedPrompt> prompts,
      @Nullable Dropout dropout,
      boolean recompute,
      boolean masked,
      boolean learning) {
    this.backbone = backbone;
    this.learnables = learnables;
    this.dropout = dropout;
    this.recompute = recompute;
    try (PointerScope scope = new PointerScope()) {
      this.packing =
          backbone.packing(
              prompts.stream().mapToInt(prompt -> prompt.context().length).toArray(),
              prompts.stream()
                  .map(prompt -> prompt.candidates().stream().mapToInt(c -> c.length).toArray())
                  .toList());
    }
    try {
      if (masked) {
        packing.mask(backbone.block(1).mixing());
      }
      forward(prompts, learning ? learnables.firstBlock() : Integer.MAX_VALUE);
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * @param first block that learns
   */
  private void forward(List<PackedPrompt> prompts, int first) {
    @Nullable Tensor x = embed(prompts);
    try {
      for (int block = 1; block <= learnables.lastExit(); block++) {
        Tensor input = x;
        Tensor next;
        if (block < first) {
          next = plain(input, block);
          Tensors.release(input);
        } else {
          x = null; // the stage's from here on
          next = staged(input, block, block > first);
        }
        x = next;
        if (learnables.isExit(block)) {
          states.add(state(next, block));
        }
      }
    } finally {
      if (x != null) {
        Tensors.release(x);
      }
    }
  }

  private Tensor embed(List<PackedPrompt> prompts) {
    int[] tokens = new int[packing.tokens()];
    int at = 0;
    for (PackedPrompt prompt : prompts) {
      System.arraycopy(prompt.context(), 0, tokens, at, prompt.context().length);
      at += prompt.context().length;
      for (int[] candidate : prompt.candidates()) {
        System.arraycopy(candidate, 0, tokens, at, candidate.length);
        at += candidate.length;
      }
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return Tensors.hold(backbone.embed(tokens));
    }
  }

  private Tensor plain(Tensor x, int block) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Block of = backbone.block(block);
      Block.Heads heads = of.heads(x, packing, adapter(block));
      @Nullable Tensor mask = packing.mask();
      Tensor mixed =
          mask == null
              ? of.attention()
                  .attendPlainly(heads.q(), heads.k(), heads.v(), packing.segments(), null)
              : of.attention().attendMasked(heads.q(), heads.k(), heads.v(), mask);
      return Tensors.hold(of.finish(x, mixed, adapter(block), rows(block)));
    }
  }

  /** The block's output, cut off its graph, which is kept as a stage. Takes x over. */
  private Tensor staged(Tensor x, int block, boolean inputLearns) {
    stages.add(new Stage(block, x, null));
    try (PointerScope scope = new PointerScope()) {
      x.requires_grad_(inputLearns);
    }
    @Nullable BlockGraph graph = recompute ? null : graph(x, block);
    stages.set(stages.size() - 1, new Stage(block, x, graph));
    return graph == null ? plain(x, block) : graph.output();
  }

  private BlockGraph graph(Tensor x, int block) {
    return new BlockGraph(backbone.block(block), x, packing, adapter(block), rows(block));
  }

  private @Nullable BlockAdapter adapter(int block) {
    @Nullable BlockAdapter adapter = learnables.adapter(block);
    return adapter == null ? null : adapter.dropping(dropout);
  }

  /** After the last exit's block only the candidates' last tokens count. */
  private @Nullable Tensor rows(int block) {
    return block == learnables.lastExit() ? packing.lastRows() : null;
  }

  /** A leaf with the residual stream at the candidates' last tokens, [candidates, hidden]. */
  private Tensor state(Tensor x, int block) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor rows =
          block == learnables.lastExit() ? x.clone() : x.index_select(0, packing.lastRows());
      return Tensors.hold(rows.requires_grad_(true));
    }
  }

  /** The logits of every head, [heads, candidates, 2]. */
  float[][][] logits(float[][] features) {
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      return logits(features(features)).stream().map(Tensors::rows).toArray(float[][][]::new);
    }
  }

  private List<Tensor> logits(Tensor features) {
    List<Tensor> logits = new ArrayList<>();
    for (int h = 0; h < states.size(); h++) {
      logits.add(learnables.heads().get(h).logits(states.get(h), features));
    }
    return logits;
  }

  private Tensor features(float[][] rows) {
    long width = rows[0].length;
    return Tensors.filled(
            new long[] {rows.length, width},
            buffer -> {
              for (float[] row : rows) {
                buffer.put(row);
              }
            })
        .to(backbone.device(), Tensors.F32);
  }

  /** Losses as sums over candidates; their gradients are added to {@code gradients}. */
  BatchLoss learn(Objective objective, List<LabelledPrompt> prompts, Gradients gradients) {
    try (PointerScope scope = new PointerScope()) {
      float[][] features =
          prompts.stream()
              .flatMap(prompt -> Arrays.stream(prompt.features()))
              .toArray(float[][]::new);
      HeadLoss loss = new HeadLoss(objective, prompts, backbone.device());
      List<Tensor> logits = logits(features(features));
      List<Tensor> ratios = logits.stream().map(HeadLoss::ratios).toList();
      Tensor total = loss.total(ratios);
      BatchLoss result =
          new BatchLoss(
              prompts.stream().mapToDouble(LabelledPrompt::weight).sum(),
              total.item_double(),
              ratios.stream().mapToDouble(s -> loss.crossEntropy(s).item_double()).toArray(),
              logits.stream().map(Tensors::rows).toArray(float[][][]::new));
      List<Parameter> parameters =
          learnables.heads().stream().flatMap(head -> head.parameters().stream()).toList();
      backward(gradients.differentiate(List.of(total), List.of(), states, parameters), gradients);
      return result;
    }
  }

  private void backward(List<Tensor> ofStates, Gradients gradients) {
    int exit = ofStates.size() - 1;
    @Nullable Tensor flowing = Tensors.hold(ofStates.get(exit));
    try {
      while (!stages.isEmpty() && flowing != null) {
        Stage stage = stages.removeLast();
        @Nullable BlockGraph graph = stage.graph;
        try (PointerScope scope = new PointerScope()) {
          Tensor gradient = flowing;
          if (learnables.isExit(stage.block) && stage.block < learnables.lastExit()) {
            gradient = flowing.index_add(0, packing.lastRows(), ofStates.get(--exit));
          }
          graph = graph == null ? graph(stage.input, stage.block) : graph;
          @Nullable Tensor further = graph.backward(gradient, gradients);
          Tensors.release(flowing);
          flowing = further == null ? null : Tensors.hold(further);
        } finally {
          if (graph != null) {
            graph.close();
          }
          Tensors.release(stage.input);
        }
      }
    } finally {
      if (flowing != null) {
        Tensors.release(flowing);
      }
    }
  }

  @Override
  public void close() {
    for (Stage stage : stages) {
      if (stage.graph != null) {
        stage.graph.close();
      }
      Tensors.release(stage.input);
    }
    stages.clear();
    states.forEach(Tensors::release);
    states.clear();
    packing.close();
  }
}

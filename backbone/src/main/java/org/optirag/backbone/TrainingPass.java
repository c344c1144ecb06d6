package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Some prompts forward through the blocks and backward again, block by block: every block is an
 * autograd graph of its own, from a leaf that holds its input. Backward begins at the last exit and
 * ends at the first block that learns; where an exit stands, the gradient of its head's state joins
 * in. With {@code recompute} a block's graph is made anew on the way back, so that only the blocks'
 * inputs are kept (arXiv 1604.06174).
 */
final class TrainingPass implements AutoCloseable {

  /** A block's input and, unless it is to be recomputed, its output. */
  private record Stage(int block, Tensor input, @Nullable Tensor output) {}

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
   * @param learning false to look only: nothing is kept for a way back
   */
  TrainingPass(
      Backbone backbone,
      Learnables learnables,
      List<PackedPrompt> prompts,
      @Nullable Dropout dropout,
      boolean recompute,
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
    int first = learning ? learnables.firstBlock() : Integer.MAX_VALUE;
    Tensor x = embed(prompts);
    for (int block = 1; block <= learnables.lastExit(); block++) {
      Tensor next = block < first ? plain(x, block) : staged(x, block, block > first);
      if (block < first) {
        Tensors.release(x);
      }
      x = next;
      if (learnables.isExit(block)) {
        states.add(state(x, block));
      }
    }
    Tensors.release(x);
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
      return Tensors.hold(through(x, block));
    }
  }

  /** The block's output, cut off its graph, which is kept as a stage. Takes x over. */
  private Tensor staged(Tensor x, int block, boolean inputLearns) {
    try (PointerScope scope = new PointerScope()) {
      x.requires_grad_(inputLearns);
      if (recompute) {
        stages.add(new Stage(block, x, null));
        return plain(x, block);
      }
      Tensor output = Tensors.hold(through(x, block));
      stages.add(new Stage(block, x, output));
      return Tensors.hold(output.detach());
    }
  }

  private Tensor through(Tensor x, int block) {
    @Nullable BlockAdapter adapter = learnables.adapter(block);
    return backbone
        .block(block)
        .forward(
            x,
            packing,
            adapter == null ? null : adapter.dropping(dropout),
            block == learnables.lastExit() ? packing.lastRows() : null);
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
      List<Tensor> incoming = differentiate(total, null, states, parameters, gradients);
      backward(incoming, gradients);
      return result;
    }
  }

  private void backward(List<Tensor> incoming, Gradients gradients) {
    int exit = states.size() - 1;
    Tensor flowing = Tensors.hold(incoming.get(exit));
    while (!stages.isEmpty()) {
      Stage stage = stages.removeLast();
      try (PointerScope scope = new PointerScope()) {
        Tensor gradient = flowing;
        if (learnables.isExit(stage.block) && stage.block < learnables.lastExit()) {
          gradient = flowing.index_add(0, packing.lastRows(), incoming.get(--exit));
        }
        Tensor output = stage.output == null ? through(stage.input, stage.block) : stage.output;
        @Nullable BlockAdapter adapter = learnables.adapter(stage.block);
        List<Tensor> further =
            differentiate(
                output,
                gradient,
                stage.input.requires_grad() ? List.of(stage.input) : List.of(),
                adapter == null ? List.of() : adapter.parameters(),
                gradients);
        Tensors.release(flowing);
        flowing = Tensors.hold(further.isEmpty() ? stage.input : further.getFirst());
      } finally {
        release(stage);
      }
    }
    Tensors.release(flowing);
  }

  /** Adds the parameters' gradients up and returns the inputs'. */
  private static List<Tensor> differentiate(
      Tensor output,
      @Nullable Tensor gradient,
      List<Tensor> inputs,
      List<Parameter> parameters,
      Gradients gradients) {
    List<Tensor> all = new ArrayList<>(inputs);
    parameters.forEach(parameter -> all.add(parameter.leaf()));
    TensorVector found =
        torch.grad(
            new TensorVector(output),
            new TensorVector(all.toArray(Tensor[]::new)),
            gradient == null ? new TensorVector() : new TensorVector(gradient),
            new BoolOptional(),
            false,
            true);
    for (int i = 0; i < parameters.size(); i++) {
      Tensor of = found.get(inputs.size() + i);
      if (of.defined()) {
        gradients.add(parameters.get(i), of);
      }
    }
    List<Tensor> further = new ArrayList<>();
    for (int i = 0; i < inputs.size(); i++) {
      Tensor of = found.get(i);
      // What a vector gives out is borrowed from it.
      further.add(of.defined() ? new Tensor(of) : torch.zeros_like(inputs.get(i).detach()));
    }
    return further;
  }

  private static void release(Stage stage) {
    Tensors.release(stage.input);
    if (stage.output != null) {
      Tensors.release(stage.output);
    }
  }

  @Override
  public void close() {
    stages.forEach(TrainingPass::release);
    stages.clear();
    states.forEach(Tensors::release);
    packing.close();
  }
}

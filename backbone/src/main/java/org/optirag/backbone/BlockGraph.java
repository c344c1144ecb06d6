package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * One block run forward so that it can be run backward: an autograd graph before the attention, one
 * after it, and the attention's tape between them; or, where the batch is laid out for one masked
 * product, a single graph.
 */
final class BlockGraph implements AutoCloseable {
  private final Tensor input;
  private final @Nullable BlockAdapter adapter;
  private final @Nullable Taped taped;
  private final Tensor output;

  /**
   * The attention, cut out of autograd.
   *
   * @param heads what it read
   * @param tape its own way back
   * @param mixed what it made, a leaf
   */
  private record Taped(Block.Heads heads, AttentionTape tape, Tensor mixed) {
    static Taped of(Block block, Block.Heads heads, Packing packing) {
      AttentionTape tape = new AttentionTape(block.attention(), heads);
      try (NoGradGuard guard = new NoGradGuard()) {
        Tensor result =
            block
                .attention()
                .attendPlainly(heads.q(), heads.k(), heads.v(), packing.segments(), tape);
        result.requires_grad_(learns(heads));
        Tensors.hold(heads.q());
        Tensors.hold(heads.k());
        Tensors.hold(heads.v());
        return new Taped(heads, tape, Tensors.hold(result));
      } catch (RuntimeException | Error e) {
        tape.close();
        throw e;
      }
    }

    private static boolean learns(Block.Heads heads) {
      return heads.q().requires_grad() || heads.k().requires_grad() || heads.v().requires_grad();
    }

    void close() {
      tape.close();
      Tensors.release(heads.q());
      Tensors.release(heads.k());
      Tensors.release(heads.v());
      Tensors.release(mixed);
    }
  }

  /**
   * @param input residual stream [tokens, hidden], a leaf; not closed with the graph
   * @param rows the rows that are wanted of the output, or null for all
   */
  BlockGraph(
      Block block,
      Tensor input,
      Packing packing,
      @Nullable BlockAdapter adapter,
      @Nullable Tensor rows) {
    this.input = input;
    this.adapter = adapter;
    try (PointerScope scope = new PointerScope()) {
      Block.Heads heads = block.heads(input, packing, adapter);
      @Nullable Tensor mask = packing.mask();
      if (mask == null) {
        Taped attention = Taped.of(block, heads, packing);
        taped = attention;
        try {
          output = Tensors.hold(block.finish(input, attention.mixed, adapter, rows));
        } catch (RuntimeException | Error e) {
          attention.close();
          throw e;
        }
      } else {
        taped = null;
        Tensor mixed = block.attention().attendMasked(heads.q(), heads.k(), heads.v(), mask);
        output = Tensors.hold(block.finish(input, mixed, adapter, rows));
      }
    }
  }

  /** The output without its past; its values are shared. To be released by the caller. */
  Tensor output() {
    try (PointerScope scope = new PointerScope()) {
      return Tensors.hold(output.detach());
    }
  }

  /**
   * Adds the gradients of the adapter up. May be called once.
   *
   * @param gradient of the output
   * @return the gradient of the input, in the caller's scope, or null if the input does not learn
   */
  @Nullable Tensor backward(Tensor gradient, Gradients gradients) {
    boolean inputLearns = input.requires_grad();
    List<Tensor> inputs = inputLearns ? List.of(input) : List.of();
    if (taped == null) {
      List<Tensor> found =
          gradients.differentiate(
              List.of(output), List.of(gradient), inputs, parameters(List.of(Projection.values())));
      return inputLearns ? found.getFirst() : null;
    }
    return backward(taped, inputs, gradient, gradients);
  }

  private @Nullable Tensor backward(
      Taped attention, List<Tensor> inputs, Tensor gradient, Gradients gradients) {
    List<Tensor> leaves = new ArrayList<>(inputs);
    if (attention.mixed.requires_grad()) {
      leaves.add(attention.mixed);
    }
    List<Tensor> found =
        gradients.differentiate(
            List.of(output), List.of(gradient), leaves, parameters(Projection.AFTER_ATTENTION));
    @Nullable Tensor ofInput = inputs.isEmpty() ? null : found.getFirst();
    if (!attention.mixed.requires_grad()) {
      return ofInput;
    }
    Block.Heads heads = attention.heads;
    Block.Heads ofHeads = attention.tape.backward(found.getLast());
    List<Tensor> outputs = new ArrayList<>();
    List<Tensor> incoming = new ArrayList<>();
    add(heads.q(), ofHeads.q(), outputs, incoming);
    add(heads.k(), ofHeads.k(), outputs, incoming);
    add(heads.v(), ofHeads.v(), outputs, incoming);
    List<Tensor> before =
        gradients.differentiate(outputs, incoming, inputs, parameters(Projection.BEFORE_ATTENTION));
    return ofInput == null ? null : ofInput.add(before.getFirst());
  }

  private static void add(
      Tensor head, Tensor gradient, List<Tensor> outputs, List<Tensor> incoming) {
    if (head.requires_grad()) {
      outputs.add(head);
      incoming.add(gradient);
    }
  }

  private List<Parameter> parameters(List<Projection> projections) {
    return adapter == null ? List.of() : adapter.parameters(projections);
  }

  @Override
  public void close() {
    if (taped != null) {
      taped.close();
    }
    Tensors.release(output);
  }
}

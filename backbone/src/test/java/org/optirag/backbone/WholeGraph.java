package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The plain way to the gradients: one autograd graph from the embeddings to the loss. */
final class WholeGraph {
  private WholeGraph() {}

  static void requireSameGradients(
      Backbone backbone, TrainableBackbone model, List<LabelledPrompt> batch, Objective goal) {
    Learnables learnables = model.learnables();
    int[] tokens =
        batch.stream()
            .flatMapToInt(prompt ->
                java.util.stream.IntStream.concat(
                    Arrays.stream(prompt.tokens().context()),
                    prompt.tokens().candidates().stream().flatMapToInt(Arrays::stream)))
            .toArray();
    try (PointerScope scope = new PointerScope();
        Packing packing =
            backbone.packing(
                batch.stream().mapToInt(prompt -> prompt.tokens().context().length).toArray(),
                batch.stream()
                    .map(prompt ->
                        prompt.tokens().candidates().stream().mapToInt(c -> c.length).toArray())
                    .toList())) {
      float[][] rows =
          batch.stream().flatMap(p -> Arrays.stream(p.features())).toArray(float[][]::new);
      Tensor features =
          Tensors.filled(
              new long[] {rows.length, rows[0].length},
              buffer -> Arrays.stream(rows).forEach(buffer::put));
      Tensor x = backbone.embed(tokens);
      List<Tensor> ratios = new ArrayList<>();
      for (int block = 1; block <= learnables.lastExit(); block++) {
        Block of = backbone.block(block);
        Block.Heads heads = of.heads(x, packing, learnables.adapter(block));
        Tensor mixed =
            of.attention().attendPlainly(heads.q(), heads.k(), heads.v(), packing.segments(), null);
        x = of.finish(x, mixed, learnables.adapter(block), null);
        for (TrainableHead head : learnables.heads()) {
          if (head.block() == block) {
            Tensor states = x.index_select(0, packing.lastRows());
            ratios.add(HeadLoss.ratios(head.logits(states, features)));
          }
        }
      }
      Tensor total = new HeadLoss(goal, batch, backbone.device()).total(ratios);
      Tensor[] leaves = model.learning().stream().map(Parameter::leaf).toArray(Tensor[]::new);
      TensorVector gradients =
          torch.grad(
              new TensorVector(total),
              new TensorVector(leaves),
              new TensorVector(),
              new BoolOptional(),
              false,
              false);
      for (int p = 0; p < leaves.length; p++) {
        float[] expected = new float[model.learning().get(p).size()];
        Tensors.addTo(expected, gradients.get(p));
        float[] found = model.gradient(model.learning().get(p));
        for (int i = 0; i < expected.length; i++) {
          assertThat((double) found[i])
              .as("%s[%d]", model.learning().get(p).name(), i)
              .isCloseTo(expected[i], within(1e-4 * Math.max(1, Math.abs(expected[i]))));
        }
      }
    }
  }
}

package org.optirag.evaluation.baseline;

import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * DeepFM (arXiv 1703.04247, eq. 1): a factorization machine, plus dense layers on the same vectors.
 */
final class DeepFm implements ClickNetwork {
  private final FactorizationMachine machine;
  private final Network deep;

  DeepFm(Features features, NetworkSettings settings, double logOdds, SplittableRandom random) {
    this.machine = new FactorizationMachine(features, settings, logOdds, random);
    int inputs = machine.embeddings().fields() * settings.dimension();
    this.deep = new Network(inputs, settings.hidden(), settings.dropout(), random);
  }

  @Override
  public List<Parameters> parameters() {
    return Stream.concat(machine.parameters().stream(), deep.parameters().stream()).toList();
  }

  @Override
  public Pass forward(Batch batch, @Nullable SplittableRandom random) {
    FactorizationMachine.Pass wide = machine.forward(batch, random);
    Network.Pass deepPass = deep.forward(wide.vectors(), batch.size(), random);
    float[] logits = new float[batch.size()];
    for (int row = 0; row < logits.length; row++) {
      logits[row] = wide.logits()[row] + deepPass.outputs()[row];
    }
    return new Pass() {
      @Override
      public float[] logits() {
        return logits;
      }

      @Override
      public void backward(float[] slopes) {
        wide.backward(slopes, deepPass.backward(slopes, random != null));
      }
    };
  }
}

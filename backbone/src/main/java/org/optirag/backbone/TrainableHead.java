package org.optirag.backbone;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * An exit head that learns.
 *
 * @param block after which it stands, 1…L
 * @param epsilon of its norm
 * @param norm [hidden]
 * @param rows of No and Yes, [2, hidden]
 * @param features weights of the features, [features], or null for none
 * @param bias of Yes, [1]
 */
record TrainableHead(
    int block,
    float epsilon,
    Parameter norm,
    Parameter rows,
    @Nullable Parameter features,
    Parameter bias) {

  /**
   * A head that starts as the given one.
   *
   * @param segment its number among the heads, from 0
   * @param owner closes its parameters
   */
  static TrainableHead of(
      ExitHead start, int block, int segment, org.bytedeco.pytorch.Device device, Owned owner) {
    int hidden = start.hidden();
    float[] rows = new float[2 * hidden];
    System.arraycopy(start.no(), 0, rows, 0, hidden);
    System.arraycopy(start.yes(), 0, rows, hidden, hidden);
    String name = "head." + block + ".";
    Parameter.Kind head = Parameter.Kind.HEAD;
    Parameter.Kind feature = Parameter.Kind.FEATURE;
    float[] weights = start.featureWeights();
    return new TrainableHead(
        block,
        start.epsilon(),
        owner.take(new Parameter(name + "norm", head, segment, start.norm(), device, hidden)),
        owner.take(new Parameter(name + "rows", head, segment, rows, device, 2, hidden)),
        weights.length == 0
            ? null
            : owner.take(
                new Parameter(
                    name + "features", feature, segment, weights, device, weights.length)),
        owner.take(
            new Parameter(name + "bias", feature, segment, new float[] {start.bias()}, device, 1)));
  }

  List<Parameter> parameters() {
    return features == null ? List.of(norm, rows, bias) : List.of(norm, rows, features, bias);
  }

  /**
   * @param states residual stream, [candidates, hidden]
   * @param given features, [candidates, features]
   * @return logits of No and Yes, [candidates, 2]
   */
  Tensor logits(Tensor states, Tensor given) {
    Tensor logits = torch.linear(Block.norm(states, norm.leaf(), epsilon), rows.leaf());
    Tensor extra = bias.leaf().expand(states.size(0));
    if (features != null) {
      extra = extra.add(torch.mv(given, features.leaf()));
    }
    Tensor yes = logits.select(1, 1).add(extra);
    return torch.stack(new TensorVector(logits.select(1, 0), yes), 1);
  }

  /** The head as it is now. */
  ExitHead frozen() {
    int hidden = norm.size();
    float[] no = Arrays.copyOfRange(rows.values(), 0, hidden);
    float[] yes = Arrays.copyOfRange(rows.values(), hidden, 2 * hidden);
    float[] weights = features == null ? new float[0] : features.values().clone();
    return new ExitHead(norm.values().clone(), epsilon, no, yes, weights, bias.values()[0]);
  }
}

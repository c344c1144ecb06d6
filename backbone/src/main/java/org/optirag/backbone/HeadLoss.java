package org.optirag.backbone;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * The objective over all heads of some prompts, as sums over candidates: they are divided by the
 * candidates' weight when a step is taken, so that batches of any size can be added up. With s the
 * log ratio of Yes to No, the cross-entropy of the softmax over the two logits with label y is
 * softplus(s) − y s.
 */
final class HeadLoss {
  private final Objective objective;
  private final List<LabelledPrompt> prompts;
  private final Tensor labels;
  private final Tensor weights;

  HeadLoss(Objective objective, List<LabelledPrompt> prompts, org.bytedeco.pytorch.Device device) {
    this.objective = objective;
    this.prompts = prompts;
    int n = prompts.stream().mapToInt(prompt -> prompt.labels().length).sum();
    labels =
        Tensors.filled(
                new long[] {n},
                buffer -> {
                  for (LabelledPrompt prompt : prompts) {
                    for (boolean label : prompt.labels()) {
                      buffer.put(label ? 1 : 0);
                    }
                  }
                })
            .to(device, Tensors.F32);
    weights =
        Tensors.filled(
                new long[] {n}, buffer -> prompts.forEach(prompt -> buffer.put(prompt.weights())))
            .to(device, Tensors.F32);
  }

  /** Log ratios of Yes to No, [candidates], from logits [candidates, 2]. */
  static Tensor ratios(Tensor logits) {
    return logits.select(1, 1).sub(logits.select(1, 0));
  }

  /** Σ weight · cross-entropy, a scalar. */
  Tensor crossEntropy(Tensor ratios) {
    return entropy(ratios, labels).mul(weights).sum();
  }

  /** The whole objective, a scalar; {@code ratios} of each head, shallowest first. */
  Tensor total(List<Tensor> ratios) {
    Tensor total = labels.new_zeros(1).sum();
    for (int h = 0; h < ratios.size(); h++) {
      double weight = objective.headWeights()[h];
      if (weight == 0) {
        continue;
      }
      Tensor loss = crossEntropy(ratios.get(h));
      if (objective.pairwise() > 0) {
        loss = loss.add(Tensors.scaled(pairwise(ratios.get(h)), objective.pairwise()));
      }
      if (objective.distillation() > 0 && h < ratios.size() - 1) {
        Tensor divergence = divergence(ratios.get(h), ratios.getLast().detach());
        loss = loss.add(Tensors.scaled(divergence, objective.distillation()));
      }
      total = total.add(Tensors.scaled(loss, weight));
    }
    return total;
  }

  /** Σ weight · T² · KL(teacher at T ‖ student at T). */
  private Tensor divergence(Tensor student, Tensor teacher) {
    double temperature = objective.temperature();
    Tensor t = Tensors.scaled(teacher, 1 / temperature);
    Tensor s = Tensors.scaled(student, 1 / temperature);
    Tensor target = torch.sigmoid(t);
    Tensor divergence = entropy(s, target).sub(entropy(t, target));
    return Tensors.scaled(divergence.mul(weights).sum(), temperature * temperature);
  }

  /** Per prompt the weight of its candidates times the mean over its pairs of −log σ(s⁺ − s⁻). */
  private Tensor pairwise(Tensor ratios) {
    List<Integer> positives = new ArrayList<>();
    List<Integer> negatives = new ArrayList<>();
    List<Float> shares = new ArrayList<>();
    int start = 0;
    for (LabelledPrompt prompt : prompts) {
      int from = shares.size();
      double sum = 0;
      for (int p = 0; p < prompt.labels().length; p++) {
        for (int n = 0; n < prompt.labels().length; n++) {
          float share = prompt.weights()[p] * prompt.weights()[n];
          if (prompt.labels()[p] && !prompt.labels()[n] && share > 0) {
            positives.add(start + p);
            negatives.add(start + n);
            shares.add(share);
            sum += share;
          }
        }
      }
      for (int i = from; i < shares.size(); i++) {
        shares.set(i, (float) (shares.get(i) * prompt.weight() / sum));
      }
      start += prompt.labels().length;
    }
    if (shares.isEmpty()) {
      return labels.new_zeros(1).sum();
    }
    Tensor gaps =
        ratios
            .index_select(0, Tensors.indices(ints(positives), labels.device()))
            .sub(ratios.index_select(0, Tensors.indices(ints(negatives), labels.device())));
    Tensor share =
        Tensors.filled(new long[] {shares.size()}, buffer -> shares.forEach(buffer::put))
            .to(labels.device(), Tensors.F32);
    return softplus(gaps.neg()).mul(share).sum();
  }

  private static Tensor entropy(Tensor ratios, Tensor targets) {
    return softplus(ratios).sub(ratios.mul(targets));
  }

  /** log(1 + e^x) = max(x, 0) + log1p(e^−|x|). */
  private static Tensor softplus(Tensor x) {
    return torch.softplus(x, new Scalar(1), new Scalar(50));
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}

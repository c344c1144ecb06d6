package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
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
  /** A ratio whose share in a softmax is none, and whose gradient is a number. */
  private static final float PADDING = -1e9f;

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
      if (objective.listwise() > 0) {
        loss = loss.add(Tensors.scaled(listwise(ratios.get(h)), objective.listwise()));
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

  /**
   * Per prompt the weight of its candidates times the mean over its positives of −log softmax of
   * each among itself and the prompt's negatives, which count by their weights.
   */
  private Tensor listwise(Tensor ratios) {
    List<int[]> lists = new ArrayList<>();
    List<Float> shares = new ArrayList<>();
    int start = 0;
    for (LabelledPrompt prompt : prompts) {
      float[] weights = prompt.weights();
      int first = start;
      int[] negatives = rows(prompt, false);
      int[] positives = negatives.length == 0 ? negatives : rows(prompt, true);
      double sum = IntStream.of(positives).mapToDouble(p -> weights[p]).sum();
      for (int positive : positives) {
        IntStream list = IntStream.concat(IntStream.of(positive), IntStream.of(negatives));
        lists.add(list.map(row -> first + row).toArray());
        shares.add((float) (weights[positive] * prompt.weight() / sum));
      }
      start += weights.length;
    }
    if (lists.isEmpty()) {
      return labels.new_zeros(1).sum();
    }
    int width = lists.stream().mapToInt(list -> list.length).max().orElseThrow();
    int[] places = new int[lists.size() * width];
    for (int list = 0; list < lists.size(); list++) {
      System.arraycopy(lists.get(list), 0, places, list * width, lists.get(list).length);
    }
    long[] shape = {lists.size(), width};
    Tensor table =
        ratios
            .index_select(0, Tensors.indices(places, labels.device()))
            .view(shape)
            .add(
                Tensors.filled(shape, to -> logWeights(lists, width, to))
                    .to(labels.device(), Tensors.F32));
    Tensor share =
        Tensors.filled(new long[] {shares.size()}, buffer -> shares.forEach(buffer::put))
            .to(labels.device(), Tensors.F32);
    return table.logsumexp(1).sub(table.select(1, 0)).mul(share).sum();
  }

  /** The candidates of one label that count. */
  private static int[] rows(LabelledPrompt prompt, boolean label) {
    return IntStream.range(0, prompt.labels().length)
        .filter(row -> prompt.labels()[row] == label && prompt.weights()[row] > 0)
        .toArray();
  }

  /** What is added to the ratios of lists, the positive first: log weights, nothing for padding. */
  private void logWeights(List<int[]> lists, int width, FloatBuffer to) {
    float[] all = new float[labels()];
    int at = 0;
    for (LabelledPrompt prompt : prompts) {
      for (float weight : prompt.weights()) {
        all[at++] = (float) Math.log(weight);
      }
    }
    for (int[] list : lists) {
      to.put(0);
      for (int i = 1; i < width; i++) {
        to.put(i < list.length ? all[list[i]] : PADDING);
      }
    }
  }

  private int labels() {
    return prompts.stream().mapToInt(prompt -> prompt.labels().length).sum();
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

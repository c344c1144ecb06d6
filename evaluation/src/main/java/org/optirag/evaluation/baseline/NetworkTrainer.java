package org.optirag.evaluation.baseline;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.optirag.dataset.Interactions;
import org.optirag.workspace.Progress;
import org.optirag.workspace.Remark;

/** Trains a {@link ClickNetwork} on the log loss and keeps its best epoch by AUC on validation. */
final class NetworkTrainer {
  private final ClickNetwork network;
  private final LearningData data;
  private final NetworkSettings settings;
  private final SplittableRandom random;
  private int steps;

  private NetworkTrainer(
      ClickNetwork network, LearningData data, NetworkSettings settings, SplittableRandom random) {
    this.network = network;
    this.data = data;
    this.settings = settings;
    this.random = random;
  }

  /** A trained and calibrated scorer of that name. */
  static CalibratedScorer train(
      String name,
      ClickNetwork.Maker maker,
      LearningData data,
      NetworkSettings settings,
      long seed,
      Progress progress) {
    SplittableRandom random = new SplittableRandom(seed);
    Features features = Features.of(data.data(), data.examples());
    double rate =
        (data.examples().labelRate() * data.examples().size() + 0.5) / (data.examples().size() + 1);
    ClickNetwork network =
        maker.make(features, settings, Math.log(rate / (1 - rate)), random.split());
    new NetworkTrainer(network, data, settings, random).train(name, progress);
    return CalibratedScorer.of(name, rater(network, data, settings), data);
  }

  private static Rater rater(ClickNetwork network, LearningData data, NetworkSettings settings) {
    return (user, items, time) -> {
      Batch batch = Batch.of(user, items, time, data.histories(), settings.behaviours());
      float[] logits = network.forward(batch, null).logits();
      double[] ratings = new double[logits.length];
      Arrays.setAll(ratings, i -> logits[i]);
      return ratings;
    };
  }

  private void train(String name, Progress progress) {
    Rater rater = rater(network, data, settings);
    List<float[]> best = save();
    double bestAuc = Double.NEGATIVE_INFINITY;
    int worse = 0;
    try (Progress.Task task = progress.begin("train " + name, settings.epochs(), "epoch")) {
      for (int epoch = 0; epoch < settings.epochs() && worse < settings.patience(); epoch++) {
        double loss = epoch();
        double auc = data.validationAuc(rater);
        task.advance(1);
        task.note(Remark.NONE.figure("loss", loss).figure("AUC", auc).text());
        if (Double.isNaN(auc) || auc > bestAuc) {
          best = save();
          bestAuc = auc;
        }
        // Without validation it stops after as many epochs as it has patience.
        worse = auc == bestAuc ? 0 : worse + 1;
      }
    }
    restore(best);
  }

  private double epoch() {
    Interactions examples = data.examples();
    int[] order = new int[examples.size()];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int row = order[i];
      order[i] = order[j];
      order[j] = row;
    }
    double loss = 0;
    for (int from = 0; from < order.length; from += settings.batch()) {
      int end = Math.min(order.length, from + settings.batch());
      loss += step(Arrays.copyOfRange(order, from, end));
    }
    return loss / order.length;
  }

  /** One step on some examples; their summed loss. */
  private double step(int[] rows) {
    Interactions examples = data.examples();
    Batch batch = Batch.of(examples, rows, data.past(), settings.behaviours());
    ClickNetwork.Pass pass = network.forward(batch, random);
    float[] slopes = new float[rows.length];
    double loss = 0;
    for (int i = 0; i < rows.length; i++) {
      double logit = pass.logits()[i];
      boolean label = examples.label(rows[i]);
      loss += Math.log1p(Math.exp(label ? -logit : logit));
      slopes[i] = (float) ((1 / (1 + Math.exp(-logit)) - (label ? 1 : 0)) / rows.length);
    }
    pass.backward(slopes);
    steps++;
    network.parameters().forEach(parameters -> parameters.step(settings.learningRate(), steps));
    return loss;
  }

  private List<float[]> save() {
    return network.parameters().stream().map(Parameters::save).toList();
  }

  private void restore(List<float[]> saved) {
    for (int i = 0; i < saved.size(); i++) {
      network.parameters().get(i).restore(saved.get(i));
    }
  }
}

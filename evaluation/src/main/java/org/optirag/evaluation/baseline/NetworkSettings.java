package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How a {@link ClickNetwork} is built and trained.
 *
 * @param dimension of the embeddings
 * @param hidden widths of hidden layers
 * @param behaviours latest behaviours of a user that are read
 * @param ridge weight λ of λ/2 · |v|² on all embeddings, against the summed log loss
 * @param dropout share of hidden outputs left out in training
 * @param hiding share of user ids, and of item ids, left out in training, so that the network
 *     learns to do without: many users of the future are new
 * @param learningRate of Adam
 * @param batch examples a step
 * @param epochs at most
 * @param patience epochs without a better AUC on validation before it stops
 */
record NetworkSettings(
    int dimension,
    List<Integer> hidden,
    int behaviours,
    double ridge,
    double dropout,
    double hiding,
    double learningRate,
    int batch,
    int epochs,
    int patience)
    implements Choice {

  static final List<NetworkSettings> FM = grid(List.of(), 0, 0, new double[] {3, 1, 10});
  static final List<NetworkSettings> DEEP_FM =
      grid(List.of(64, 32), 0, 0.2, new double[] {30, 10, 100});
  static final List<NetworkSettings> DIN =
      grid(List.of(64, 32), 50, 0.2, new double[] {30, 10, 100});

  private static List<NetworkSettings> grid(
      List<Integer> hidden, int behaviours, double dropout, double[] ridges) {
    List<NetworkSettings> grid = new ArrayList<>();
    for (double ridge : ridges) {
      for (double hiding : new double[] {0, 0.2}) {
        grid.add(
            new NetworkSettings(16, hidden, behaviours, ridge, dropout, hiding, 3e-3, 256, 30, 3));
      }
    }
    return List.copyOf(grid);
  }

  @Override
  public String description() {
    return String.format(Locale.ROOT, "ridge %.0f, %.0f %% of ids hidden", ridge, 100 * hiding);
  }
}

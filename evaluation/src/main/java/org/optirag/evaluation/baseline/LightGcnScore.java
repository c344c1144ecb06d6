package org.optirag.evaluation.baseline;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.optirag.dataset.Behaviours;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.LightGcnTrainer;
import org.optirag.workspace.Counted;
import org.optirag.workspace.Progress;

/**
 * The inner product of a user's and an item's embeddings by light graph convolution (arXiv
 * 2002.02126, eq. 7), on the graph of what was liked in training.
 *
 * <p>Who is not in the graph is folded in from what he liked before the request, at the mean length
 * of the others; without that he counts as the mean user. Items that nobody liked rate 0.
 */
final class LightGcnScore implements Rater {
  private final Graph graph;
  private final LightGcn model;
  private final Behaviours histories;
  private final float[] meanUser;
  private final double meanLength;

  /**
   * What is tuned.
   *
   * @param layers propagations
   * @param regularization of the initial embeddings
   * @param learningRate of Adam
   */
  record Settings(int layers, double regularization, double learningRate) implements Choice {
    static final List<Settings> GRID = grid();

    private static List<Settings> grid() {
      List<Settings> grid = new ArrayList<>();
      for (double regularization : new double[] {1e-4, 1}) {
        for (int layers : new int[] {3, 1}) {
          grid.add(new Settings(layers, regularization, 5e-3));
        }
      }
      return List.copyOf(grid);
    }

    @Override
    public String description() {
      return "%s, regularization %s, rate %s"
          .formatted(Counted.of(layers, "layer"), regularization, learningRate);
    }
  }

  private LightGcnScore(Graph graph, LightGcn model, Behaviours histories) {
    this.graph = graph;
    this.model = model;
    this.histories = histories;
    this.meanUser = new float[model.users().dimension()];
    double length = 0;
    int known = 0;
    for (int user = 0; user < graph.users(); user++) {
      if (graph.degreeOfUser(user) > 0) {
        float[] row = model.users().row(user);
        length += length(row);
        known++;
        for (int d = 0; d < row.length; d++) {
          meanUser[d] += row[d];
        }
      }
    }
    for (int d = 0; d < meanUser.length; d++) {
      meanUser[d] /= Math.max(1, known);
    }
    this.meanLength = length / Math.max(1, known);
  }

  static LightGcnScore learn(LearningData data, Settings settings, long seed, Progress progress) {
    Graph graph = Graph.of(data.train(), data.users(), data.items());
    Graph validation = unseen(data, graph);
    LightGcnTrainer.Settings plain = LightGcnTrainer.Settings.forEdges(graph.edges());
    LightGcnTrainer.Settings chosen =
        new LightGcnTrainer.Settings(
            plain.dimension(),
            settings.layers,
            settings.learningRate,
            settings.regularization,
            plain.batch(),
            validation.edges() == 0 ? 50 : plain.epochs(),
            plain.patience(),
            plain.evaluateEvery(),
            seed);
    LightGcn model = LightGcnTrainer.train(graph, validation, chosen, progress).model();
    return new LightGcnScore(graph, model, data.histories());
  }

  /** What known users liked in validation and not in training. */
  private static Graph unseen(LearningData data, Graph graph) {
    return Graph.of(
        data.validation()
            .filter(row ->
                graph.degreeOfUser(data.validation().user(row)) > 0
                    && !graph.has(data.validation().user(row), data.validation().item(row))),
        data.users(),
        data.items());
  }

  @Override
  public double[] rate(int user, int[] items, long time) {
    float[] embedding = embedding(user, time);
    Embeddings embeddings = model.items();
    double[] ratings = new double[items.length];
    for (int i = 0; i < items.length; i++) {
      ratings[i] = graph.degreeOfItem(items[i]) > 0 ? embeddings.dot(items[i], embedding) : 0;
    }
    return ratings;
  }

  private float[] embedding(int user, long time) {
    if (graph.degreeOfUser(user) > 0) {
      return model.users().row(user);
    }
    int[] liked =
        Arrays.stream(histories.ofUser(user, time))
            .filter(histories.interactions()::label)
            .map(histories.interactions()::item)
            .filter(item -> graph.degreeOfItem(item) > 0)
            .toArray();
    float[] folded = model.foldIn(liked, graph);
    double length = length(folded);
    if (length == 0) {
      return meanUser;
    }
    for (int d = 0; d < folded.length; d++) {
      folded[d] *= (float) (meanLength / length);
    }
    return folded;
  }

  private static double length(float[] vector) {
    double square = 0;
    for (float value : vector) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }
}

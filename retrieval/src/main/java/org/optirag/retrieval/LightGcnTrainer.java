package org.optirag.retrieval;

import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;
import org.optirag.workspace.Progress;

/**
 * Trains {@link LightGcn} with the BPR loss (arXiv 1205.2618; LightGCN eq. 15) and Adam. The final
 * embeddings are linear in E^(0), F = P E^(0) with P = (I + Â + … + Â^K) / (K + 1) symmetric, so
 * the gradient is the same propagation applied to the gradient at F: no automatic differentiation
 * is needed.
 */
public final class LightGcnTrainer {
  private static final int RANKED = 20;

  /**
   * How to train.
   *
   * @param dimension of the embeddings
   * @param layers K
   * @param learningRate of Adam
   * @param regularization weight λ of λ/2 · |E^(0)|² of the sampled rows
   * @param batch triples a step
   * @param epochs at most
   * @param patience evaluations on validation without a better Recall@20 before it stops; 0 never
   * @param evaluateEvery epochs between evaluations
   * @param seed of the initial embeddings and of the sampling
   */
  public record Settings(
      int dimension,
      int layers,
      double learningRate,
      double regularization,
      int batch,
      int epochs,
      int patience,
      int evaluateEvery,
      long seed) {
    /** The paper's, stopped early. */
    public static final Settings DEFAULT =
        new Settings(64, 3, 1e-3, 1e-4, 2048, 400, 4, 5, 20250104);

    /** The same with another seed. */
    public Settings withSeed(long other) {
      return new Settings(
          dimension,
          layers,
          learningRate,
          regularization,
          batch,
          epochs,
          patience,
          evaluateEvery,
          other);
    }
  }

  /**
   * What training gave.
   *
   * @param model the embeddings of the best evaluation, or of the last epoch without validation
   * @param epochs how many were run
   * @param recall Recall@20 on validation, NaN without
   */
  public record Trained(LightGcn model, int epochs, double recall) {}

  private final Graph graph;
  private final Settings settings;
  private final int[] owners;
  private final Embeddings users;
  private final Embeddings items;
  private final Adam userAdam;
  private final Adam itemAdam;
  private final SplittableRandom sampler;

  private LightGcnTrainer(Graph graph, Settings settings) {
    this.graph = graph;
    this.settings = settings;
    this.owners = graph.usersOfEdges();
    Random random = new Random(settings.seed());
    this.users = normal(graph.users(), random);
    this.items = normal(graph.items(), random);
    this.userAdam = new Adam(users.values().length, settings.learningRate());
    this.itemAdam = new Adam(items.values().length, settings.learningRate());
    this.sampler = new SplittableRandom(settings.seed() + 1);
  }

  /**
   * Trains.
   *
   * @param validation liked pairs to stop early by, none of them in the graph; may be empty
   */
  public static Trained train(Graph graph, Graph validation, Settings settings, Progress progress) {
    return new LightGcnTrainer(graph, settings).train(validation, progress);
  }

  private Trained train(Graph validation, Progress progress) {
    LightGcn best = null;
    double bestRecall = Double.NaN;
    int worse = 0;
    int epoch = 0;
    try (Progress.Task task = progress.begin("train graph", settings.epochs(), "epoch")) {
      while (epoch < settings.epochs()) {
        double loss = epoch();
        epoch++;
        task.advance(1);
        task.note(String.format(Locale.ROOT, "BPR loss %.4f", loss));
        if (validation.edges() == 0 || epoch % settings.evaluateEvery() != 0) {
          continue;
        }
        LightGcn now = model();
        double recall = RankingMetrics.of(now, graph, validation, RANKED).recall();
        if (best == null || recall > bestRecall) {
          best = now;
          bestRecall = recall;
          worse = 0;
        } else if (++worse == settings.patience()) {
          break;
        }
      }
    }
    return new Trained(best == null ? model() : best, epoch, bestRecall);
  }

  private LightGcn model() {
    return LightGcn.propagate(graph, users, items, settings.layers());
  }

  private Embeddings normal(int rows, Random random) {
    Embeddings embeddings = Embeddings.zeros(rows, settings.dimension());
    for (int i = 0; i < embeddings.values().length; i++) {
      embeddings.values()[i] = (float) (0.1 * random.nextGaussian());
    }
    return embeddings;
  }

  /** One pass over as many sampled triples as there are edges; the mean loss. */
  private double epoch() {
    int edges = graph.edges();
    double loss = 0;
    for (int done = 0; done < edges; done += settings.batch()) {
      int size = Math.min(settings.batch(), edges - done);
      int[] u = new int[size];
      int[] i = new int[size];
      int[] j = new int[size];
      for (int t = 0; t < size; t++) {
        int edge = sampler.nextInt(edges);
        u[t] = owners[edge];
        i[t] = graph.itemOfEdge(edge);
        j[t] = negative(u[t]);
      }
      loss += step(u, i, j) * size / edges;
    }
    return loss;
  }

  /** An item the user did not like; after some tries any, for users who liked nearly all. */
  private int negative(int user) {
    int item = sampler.nextInt(graph.items());
    for (int tries = 0; tries < 100 && graph.has(user, item); tries++) {
      item = sampler.nextInt(graph.items());
    }
    return item;
  }

  /** One step on triples (user, liked item, other item); the batch's mean BPR loss. */
  private double step(int[] u, int[] i, int[] j) {
    Gradient gradient = gradient(graph, users, items, settings, u, i, j);
    userAdam.step(users.values(), gradient.users.values());
    itemAdam.step(items.values(), gradient.items.values());
    return gradient.loss;
  }

  /** Loss and gradient with respect to E^(0). */
  record Gradient(double loss, Embeddings users, Embeddings items) {}

  static Gradient gradient(
      Graph graph,
      Embeddings users,
      Embeddings items,
      Settings settings,
      int[] u,
      int[] i,
      int[] j) {
    int dimension = users.dimension();
    LightGcn now = LightGcn.propagate(graph, users, items, settings.layers());
    float[] fu = now.users().values();
    float[] fi = now.items().values();
    Embeddings atUsers = Embeddings.zeros(users.rows(), dimension);
    Embeddings atItems = Embeddings.zeros(items.rows(), dimension);
    float[] gu = atUsers.values();
    float[] gi = atItems.values();
    double loss = 0;
    for (int t = 0; t < u.length; t++) {
      double margin =
          now.users().dot(u[t], now.items(), i[t]) - now.users().dot(u[t], now.items(), j[t]);
      loss += Math.log1p(Math.exp(-margin));
      float slope = (float) (-1 / (1 + Math.exp(margin)) / u.length);
      int ub = u[t] * dimension;
      int ib = i[t] * dimension;
      int jb = j[t] * dimension;
      for (int d = 0; d < dimension; d++) {
        gu[ub + d] += slope * (fi[ib + d] - fi[jb + d]);
        gi[ib + d] += slope * fu[ub + d];
        gi[jb + d] -= slope * fu[ub + d];
      }
    }
    LightGcn back = LightGcn.propagate(graph, atUsers, atItems, settings.layers());
    float lambda = (float) (settings.regularization() / u.length);
    for (int t = 0; t < u.length; t++) {
      decay(back.users(), users, u[t], lambda);
      decay(back.items(), items, i[t], lambda);
      decay(back.items(), items, j[t], lambda);
    }
    return new Gradient(loss / u.length, back.users(), back.items());
  }

  private static void decay(Embeddings gradient, Embeddings values, int row, float lambda) {
    int dimension = values.dimension();
    for (int d = row * dimension; d < (row + 1) * dimension; d++) {
      gradient.values()[d] += lambda * values.values()[d];
    }
  }
}

package org.optirag.retrieval;

import java.util.Random;
import java.util.SplittableRandom;
import org.optirag.workspace.Progress;
import org.optirag.workspace.Remark;

/** Trains {@link LightGcn} with the BPR loss (arXiv 1205.2618; LightGCN eq. 15) and Adam. */
public final class LightGcnTrainer {
  private static final int RANKED = 20;

  /** Users that an evaluation asks: all items are ranked for each. */
  private static final int ASKED = 2000;

  /**
   * How to train.
   *
   * @param dimension of the embeddings
   * @param layers K
   * @param learningRate of Adam
   * @param regularization weight λ of λ/2 · |E^(0)|² of the sampled rows
   * @param batch triples a step
   * @param epochs at most
   * @param patience evaluations on at most 2,000 users of validation without a better Recall@20
   *     before it stops; 0 never
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

    private static final int STEPS = 25;
    private static final double FASTEST = 1e-2;

    /**
     * The paper's for graphs of up to 51,200 edges. Every step propagates over the whole graph, so
     * that with batches of one size an epoch would cost the square of the edges: above, an epoch
     * has 25 steps, and the learning rate grows with the batch, up to 0.01.
     */
    public static Settings forEdges(int edges) {
      int batch = Math.max(DEFAULT.batch, Math.ceilDiv(edges, STEPS));
      double rate = Math.min(FASTEST, DEFAULT.learningRate * batch / DEFAULT.batch);
      return new Settings(
          DEFAULT.dimension,
          DEFAULT.layers,
          rate,
          DEFAULT.regularization,
          batch,
          DEFAULT.epochs,
          DEFAULT.patience,
          DEFAULT.evaluateEvery,
          DEFAULT.seed);
    }

    /** The same with another number of epochs. */
    public Settings withEpochs(int most) {
      return new Settings(
          dimension,
          layers,
          learningRate,
          regularization,
          batch,
          most,
          patience,
          evaluateEvery,
          seed);
    }

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
  private final float[][] users;
  private final float[][] items;
  private final BprGradient gradient;
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
    this.gradient =
        new BprGradient(graph, settings.layers(), settings.dimension(), settings.regularization());
    this.userAdam = new Adam(users.length, settings.dimension(), settings.learningRate());
    this.itemAdam = new Adam(items.length, settings.dimension(), settings.learningRate());
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
        task.note(Remark.NONE.figure("BPR loss", loss).text());
        if (validation.edges() == 0 || epoch % settings.evaluateEvery() != 0) {
          continue;
        }
        LightGcn now = model();
        double recall = RankingMetrics.of(now, graph, validation, RANKED, ASKED).recall();
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

  private float[][] normal(int rows, Random random) {
    float[][] normal = new float[rows][settings.dimension()];
    for (float[] row : normal) {
      for (int d = 0; d < row.length; d++) {
        row[d] = (float) (0.1 * random.nextGaussian());
      }
    }
    return normal;
  }

  /** One pass over as many sampled triples as there are edges; the mean loss. */
  private double epoch() {
    int edges = graph.edges();
    int batch = settings.batch();
    double loss = 0;
    for (int done = 0; done < edges; done += batch) {
      int size = Math.min(batch, edges - done);
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
    double loss = gradient.compute(users, items, u, i, j);
    userAdam.step(users, gradient.users());
    itemAdam.step(items, gradient.items());
    return loss;
  }
}

package org.optirag.evaluation.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.optirag.backbone.PackedPrompt;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.ExactUserIndex;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.HnswUserIndex;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.UserIndex;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Scorer;
import org.optirag.workspace.Progress;

/** Measures how costs grow. Its random numbers are seeded. */
public final class Growth {
  /** Of the graph's embeddings. */
  private static final int DIMENSION = 64;

  private static final int LAYERS = 3;
  private static final int SIMILAR = 50;
  private static final int ASKED = 100;
  private static final long SEED = 20250104;

  /** Rounds go on so long, or until there are enough. */
  private static final double SECONDS = 2;

  private static final int ROUNDS = 5;

  private final Progress.Task task;

  /**
   * @param task told of each point
   */
  public Growth(Progress.Task task) {
    this.task = task;
  }

  /**
   * Candidates on one context at full depth.
   *
   * @param prompt as many candidates as the greatest size
   */
  public GrowthCurve candidates(Scorer scorer, PackedPrompt prompt, int... sizes) {
    return curve(
        "candidates",
        "candidates on " + prompt.context().length + " tokens",
        1,
        "the context is paid for once, each candidate alike",
        sizes,
        size -> {
          Prompt some =
              Prompt.of(new PackedPrompt(prompt.context(), prompt.candidates().subList(0, size)));
          return () -> scorer.score(some);
        });
  }

  /**
   * Tokens of the context under the same candidates at full depth.
   *
   * @param prompt a context as long as the greatest size
   */
  public GrowthCurve context(Scorer scorer, PackedPrompt prompt, int... sizes) {
    return curve(
        "context",
        "tokens of a context with " + prompt.candidates().size() + " candidates",
        1,
        "projections grow in proportion; the attention's square shows beyond some thousand tokens",
        sizes,
        size -> {
          Prompt cut =
              Prompt.of(
                  new PackedPrompt(Arrays.copyOf(prompt.context(), size), prompt.candidates()));
          return () -> scorer.score(cut);
        });
  }

  /**
   * Requests of different users in one pass at full depth, one candidate each.
   *
   * @param prompt a context and a candidate; users differ in the order of the context's tokens
   */
  public GrowthCurve requests(Scorer scorer, PackedPrompt prompt, int... sizes) {
    return curve(
        "requests",
        "requests of one candidate on " + prompt.context().length + " tokens in one pass",
        1,
        "a single request already keeps the processor busy",
        sizes,
        size -> {
          List<Prompt> users =
              IntStream.range(0, size)
                  .mapToObj(user ->
                      Prompt.of(
                          new PackedPrompt(
                              turned(prompt.context(), user), prompt.candidates().subList(0, 1))))
                  .toList();
          return () -> scorer.score(users);
        });
  }

  private static int[] turned(int[] tokens, int by) {
    return IntStream.range(0, tokens.length).map(i -> tokens[(i + by) % tokens.length]).toArray();
  }

  /** The most similar of all users, compared one by one; a hundred searches. */
  public GrowthCurve usersExact(int... sizes) {
    return users("users, exact", 1, "every user is compared", ExactUserIndex::new, sizes);
  }

  /** The same by a graph of neighbours. */
  public GrowthCurve usersApproximate(int... sizes) {
    return users("users, HNSW", 0, "grows with the logarithm", HnswUserIndex::build, sizes);
  }

  private GrowthCurve users(
      String name,
      double slope,
      String reason,
      java.util.function.Function<Embeddings, UserIndex> build,
      int... sizes) {
    List<GrowthCurve.Point> points = new ArrayList<>();
    for (int size : sizes) {
      Embeddings users = tastes(size);
      try (UserIndex index = build.apply(users)) {
        points.add(
            point(
                size,
                ASKED,
                () -> {
                  for (int ask = 0; ask < ASKED; ask++) {
                    int user = (int) ((long) ask * size / ASKED);
                    index.nearest(users.row(user), SIMILAR, user);
                  }
                }));
      }
    }
    return new GrowthCurve(name, "users", slope, reason, points);
  }

  /** Users scattered around a hundred tastes. */
  private static Embeddings tastes(int users) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] centres = new float[100 * DIMENSION];
    for (int d = 0; d < centres.length; d++) {
      centres[d] = (float) random.nextGaussian();
    }
    float[] values = new float[Math.multiplyExact(users, DIMENSION)];
    for (int user = 0; user < users; user++) {
      int taste = random.nextInt(100) * DIMENSION;
      for (int d = 0; d < DIMENSION; d++) {
        values[user * DIMENSION + d] = centres[taste + d] + (float) random.nextGaussian();
      }
    }
    return new Embeddings(users, DIMENSION, values);
  }

  /** Propagation over a graph, three layers of 64 dimensions. */
  public GrowthCurve edges(int... sizes) {
    return curve(
        "edges",
        "edges",
        1,
        "every edge is followed twice a layer",
        sizes,
        size -> {
          Graph graph = skewed(size);
          Embeddings users = random(graph.users());
          Embeddings items = random(graph.items());
          return () -> LightGcn.propagate(graph, users, items, LAYERS);
        });
  }

  /** A hundred edges a user; popularity falls as in real data. */
  private static Graph skewed(int edges) {
    SplittableRandom random = new SplittableRandom(SEED);
    int users = Math.max(100, edges / 100);
    int items = 1_000 + edges / 1_000;
    int[] u = new int[edges];
    int[] i = new int[edges];
    for (int e = 0; e < edges; e++) {
      u[e] = random.nextInt(users);
      double share = random.nextDouble();
      i[e] = (int) (items * share * share * share);
    }
    return Graph.ofEdges(u, i, users, items);
  }

  private static Embeddings random(int rows) {
    SplittableRandom random = new SplittableRandom(SEED);
    float[] values = new float[Math.multiplyExact(rows, DIMENSION)];
    for (int d = 0; d < values.length; d++) {
      values[d] = random.nextFloat() - 0.5f;
    }
    return new Embeddings(rows, DIMENSION, values);
  }

  private GrowthCurve curve(
      String name,
      String unit,
      double slope,
      String reason,
      int[] sizes,
      IntFunction<Runnable> work) {
    List<GrowthCurve.Point> points = new ArrayList<>();
    for (int size : sizes) {
      points.add(point(size, 1, work.apply(size)));
    }
    return new GrowthCurve(name, unit, slope, reason, points);
  }

  /** Once to warm up, then some rounds. */
  private GrowthCurve.Point point(int size, int times, Runnable work) {
    work.run();
    double[] seconds = new double[ROUNDS];
    double all = 0;
    int rounds = 0;
    while (rounds == 0 || (rounds < ROUNDS && all < SECONDS)) {
      long start = System.nanoTime();
      work.run();
      seconds[rounds] = (System.nanoTime() - start) / 1e9;
      all += seconds[rounds++];
    }
    Arrays.sort(seconds, 0, rounds);
    task.advance(1);
    return new GrowthCurve.Point(size, seconds[rounds / 2] / times, rounds);
  }
}

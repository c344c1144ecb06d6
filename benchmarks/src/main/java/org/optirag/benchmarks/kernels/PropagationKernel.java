package org.optirag.benchmarks.kernels;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.LightGcn;

/** Three layers of light graph convolution, 64 dimensions, all processors. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class PropagationKernel {
  private static final int DIMENSION = 64;

  /** How many edges, a hundred a user. */
  @Param({"100000", "1000000"})
  public int edges;

  private Graph graph;
  private Embeddings users;
  private Embeddings items;

  /** Draws a graph in which few items are popular. */
  @Setup(Level.Trial)
  public void draw() {
    SplittableRandom random = new SplittableRandom(20250104);
    int userCount = edges / 100;
    int itemCount = 1_000 + edges / 1_000;
    int[] u = new int[edges];
    int[] i = new int[edges];
    for (int e = 0; e < edges; e++) {
      u[e] = random.nextInt(userCount);
      double share = random.nextDouble();
      i[e] = (int) (itemCount * share * share * share);
    }
    graph = Graph.ofEdges(u, i, userCount, itemCount);
    users = embeddings(userCount, random);
    items = embeddings(itemCount, random);
  }

  private static Embeddings embeddings(int rows, SplittableRandom random) {
    float[] values = new float[rows * DIMENSION];
    for (int d = 0; d < values.length; d++) {
      values[d] = random.nextFloat() - 0.5f;
    }
    return new Embeddings(rows, DIMENSION, values);
  }

  /** The final embeddings. */
  @Benchmark
  public LightGcn propagate() {
    return LightGcn.propagate(graph, users, items, 3);
  }
}

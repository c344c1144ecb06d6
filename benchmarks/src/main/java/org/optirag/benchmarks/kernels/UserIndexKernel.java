package org.optirag.benchmarks.kernels;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.ExactUserIndex;
import org.optirag.retrieval.HnswUserIndex;
import org.optirag.retrieval.UserIndex;

/** The fifty most similar users, embeddings of 64 numbers around a hundred tastes. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@Fork(1)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up before anything else
public class UserIndexKernel {
  private static final int DIMENSION = 64;
  private static final int TASTES = 100;
  private static final int SIMILAR = 50;
  private static final int ASKED = 200;

  /** How many users. */
  @Param({"1000", "30000", "300000"})
  public int users;

  /** Compared one by one, or by a graph of neighbours. */
  @Param({"exact", "hnsw"})
  public String index;

  private Embeddings embeddings;
  private UserIndex built;
  private int asked;

  /** Builds the index. */
  @Setup(Level.Trial)
  public void build() {
    SplittableRandom random = new SplittableRandom(20250104);
    float[] centres = new float[TASTES * DIMENSION];
    for (int d = 0; d < centres.length; d++) {
      centres[d] = (float) random.nextGaussian();
    }
    float[] values = new float[users * DIMENSION];
    for (int d = 0; d < values.length; d++) {
      int taste = d / DIMENSION % TASTES;
      values[d] = centres[taste * DIMENSION + d % DIMENSION] + (float) random.nextGaussian();
    }
    embeddings = new Embeddings(users, DIMENSION, values);
    if (index.equals("exact")) {
      built = new ExactUserIndex(embeddings);
    } else {
      built = HnswUserIndex.build(embeddings);
      System.out.printf(Locale.ROOT, "%nRecall@%d: %.4f%n", SIMILAR, recall());
    }
  }

  /** The share of the truly nearest that the index finds, over two hundred users. */
  private double recall() {
    int found = 0;
    try (UserIndex exact = new ExactUserIndex(embeddings)) {
      for (int ask = 0; ask < ASKED; ask++) {
        int user = (int) ((long) ask * users / ASKED);
        Set<Integer> right = numbers(exact.nearest(embeddings.row(user), SIMILAR, user));
        right.retainAll(numbers(built.nearest(embeddings.row(user), SIMILAR, user)));
        found += right.size();
      }
    }
    return (double) found / (ASKED * SIMILAR);
  }

  private static Set<Integer> numbers(List<UserIndex.Similar> similar) {
    return similar.stream().map(UserIndex.Similar::user).collect(Collectors.toSet());
  }

  /** Releases it. */
  @TearDown(Level.Trial)
  public void close() {
    built.close();
  }

  /** Asks for another user each time. */
  @Benchmark
  public List<UserIndex.Similar> nearest() {
    asked = (asked + 7919) % users;
    return built.nearest(embeddings.row(asked), SIMILAR, asked);
  }
}

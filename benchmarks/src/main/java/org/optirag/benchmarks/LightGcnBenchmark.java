package org.optirag.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.LightGcnTrainer;
import org.optirag.workspace.Progress;

/**
 * Seconds of each training epoch of light graph convolution, on the wall and of all processors
 * together (what else runs on the machine lengthens the first alone): the paper's settings
 * (dimension 64, 3 layers, batch 2048) on all pairs rated 4 or 5 of a file in MovieLens-1M's form.
 * The other side of the comparison is src/main/python/lightgcn_epoch.py; {@code benchmarks/run
 * lightgcn} runs both in turns.
 */
public final class LightGcnBenchmark {
  private LightGcnBenchmark() {}

  /** Prints a line of wall/processor seconds; arguments: ratings.dat[.gz], epochs. */
  public static void main(String[] arguments) throws IOException {
    Edges edges = Edges.ofRatings(Path.of(arguments[0]));
    Graph graph = edges.graph(edges.users(), edges.items());
    int epochs = Integer.parseInt(arguments[1]);
    String[] seconds = new String[epochs];
    int[] done = {0};
    long[] last = {0, 0};
    Progress clock =
        (name, total, unit) -> {
          last[0] = System.nanoTime();
          last[1] = processors();
          return new Progress.Task() {
            @Override
            public void advance(long units) {
              long now = System.nanoTime();
              long used = processors();
              seconds[done[0]++] =
                  String.format(
                      Locale.ROOT, "%.2f/%.2f", (now - last[0]) / 1e9, (used - last[1]) / 1e9);
              last[0] = now;
              last[1] = used;
            }

            @Override
            public void note(String remark) {}

            @Override
            public void close() {}
          };
        };
    LightGcnTrainer.Settings settings =
        new LightGcnTrainer.Settings(64, 3, 1e-3, 1e-4, 2048, epochs, 0, 1, 1);
    Graph none = Graph.empty(graph.users(), graph.items());
    LightGcnTrainer.train(graph, none, settings, clock);
    System.out.printf(
        "optirag %d users, %d items, %d edges: %s%n",
        graph.users(), graph.items(), graph.edges(), String.join(" ", seconds));
  }

  private static long processors() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
        .getProcessCpuTime();
  }
}

package org.optirag.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import java.util.zip.GZIPInputStream;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.LightGcnTrainer;
import org.optirag.retrieval.RankingMetrics;
import org.optirag.workspace.Progress;

/**
 * Recall@20 and NDCG@20 of light graph convolution on a published split in LightGCN's form ("user
 * item item …" a line), for comparison with published figures.
 */
public final class LightGcnAccuracy {
  private LightGcnAccuracy() {}

  /** Edges as read. */
  private record Edges(int[] users, int[] items) {
    int most(int[] ids) {
      return 1 + IntStream.of(ids).max().orElse(-1);
    }

    Graph graph(int users, int items) {
      return Graph.ofEdges(this.users, this.items, users, items);
    }
  }

  /** Prints both; arguments: train.txt[.gz], test.txt[.gz], epochs, layers. */
  public static void main(String[] arguments) throws IOException {
    Edges train = read(Path.of(arguments[0]));
    Edges test = read(Path.of(arguments[1]));
    int users = Math.max(train.most(train.users), test.most(test.users));
    int items = Math.max(train.most(train.items), test.most(test.items));
    int epochs = Integer.parseInt(arguments[2]);
    int layers = Integer.parseInt(arguments[3]);
    Graph known = train.graph(users, items);
    Graph none = Graph.ofEdges(new int[0], new int[0], users, items);
    long start = System.nanoTime();
    LightGcnTrainer.Settings settings =
        new LightGcnTrainer.Settings(64, layers, 1e-3, 1e-4, 2048, epochs, 0, 1, 1);
    LightGcnTrainer.Trained trained =
        LightGcnTrainer.train(known, none, settings, Progress.silent());
    double seconds = (System.nanoTime() - start) / 1e9;
    RankingMetrics metrics =
        RankingMetrics.of(trained.model(), known, test.graph(users, items), 20);
    System.out.printf(
        "%d users, %d items, %d edges, %d epochs in %.0f s: Recall@20 %.4f, NDCG@20 %.4f%n",
        users, items, known.edges(), epochs, seconds, metrics.recall(), metrics.ndcg());
  }

  private static Edges read(Path file) throws IOException {
    IntStream.Builder u = IntStream.builder();
    IntStream.Builder i = IntStream.builder();
    try (InputStream bytes = Files.newInputStream(file);
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(
                    file.toString().endsWith(".gz") ? new GZIPInputStream(bytes) : bytes,
                    StandardCharsets.US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] ids = line.strip().split("\\s+", -1);
        for (int at = 1; at < ids.length; at++) {
          u.add(Integer.parseInt(ids[0]));
          i.add(Integer.parseInt(ids[at]));
        }
      }
    }
    return new Edges(u.build().toArray(), i.build().toArray());
  }
}

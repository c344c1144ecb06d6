package org.optirag.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
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

  /** Prints both; arguments: train.txt[.gz], test.txt[.gz], epochs, layers. */
  public static void main(String[] arguments) throws IOException {
    Edges train = Edges.ofLists(Path.of(arguments[0]));
    Edges test = Edges.ofLists(Path.of(arguments[1]));
    int users = Math.max(train.users(), test.users());
    int items = Math.max(train.items(), test.items());
    int epochs = Integer.parseInt(arguments[2]);
    int layers = Integer.parseInt(arguments[3]);
    Graph known = train.graph(users, items);
    Graph none = Graph.empty(users, items);
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
}

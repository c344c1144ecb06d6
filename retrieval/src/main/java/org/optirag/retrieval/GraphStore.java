package org.optirag.retrieval;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * Trained graphs in the cache. A graph is trained once for its edges and settings: its file is
 * named by a digest of both, so that other data, another split or other settings never meet an
 * embedding that was not made for them.
 */
public final class GraphStore {
  private final CacheDirectory cache;

  /** The store in a cache directory. */
  public GraphStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /**
   * A trained graph.
   *
   * @param model the embeddings
   * @param buildSeconds how long the training took, then or now
   */
  public record Trained(LightGcn model, double buildSeconds) {}

  /**
   * The embeddings of a graph, trained if they are not in the cache.
   *
   * @param name begins the file's name, for a reader of the cache
   * @param graph of the training part alone
   * @param validation liked pairs to stop early by, none of them in the graph; may be empty
   * @throws org.optirag.workspace.UserException if the cache cannot be written
   */
  public Trained require(
      String name,
      Graph graph,
      Graph validation,
      LightGcnTrainer.Settings settings,
      Progress progress) {
    Path file =
        cache
            .directory("graphs")
            .resolve(name + "-" + digest(graph, validation, settings) + ".safetensors");
    if (Files.exists(file)) {
      LightGcnFile.Content content = LightGcnFile.read(file);
      return new Trained(content.model(), content.buildSeconds());
    }
    long start = System.nanoTime();
    LightGcn model = LightGcnTrainer.train(graph, validation, settings, progress).model();
    double seconds = (System.nanoTime() - start) / 1e9;
    LightGcnFile.write(file, model, seconds);
    return new Trained(model, seconds);
  }

  private static String digest(Graph graph, Graph validation, LightGcnTrainer.Settings settings) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(settings.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8));
      for (Graph each : new Graph[] {graph, validation}) {
        update(digest, new int[] {each.users(), each.items(), each.edges()});
        for (int user = 0; user < each.users(); user++) {
          update(digest, new int[] {each.degreeOfUser(user)});
          update(digest, each.itemsOf(user));
        }
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void update(MessageDigest digest, int[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length);
    bytes.asIntBuffer().put(values);
    digest.update(bytes);
  }
}

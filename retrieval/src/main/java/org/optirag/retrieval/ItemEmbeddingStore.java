package org.optirag.retrieval;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.dataset.Items;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * LLM embeddings of item texts in the cache: each text through the backbone, mean-pooled, then
 * centred and reduced by PCA (ReLLa, arXiv 2308.11131, section 3.2). Made once for the texts and
 * the model.
 */
public final class ItemEmbeddingStore {
  /** What ReLLa reduces to. */
  public static final int DIMENSION = 512;

  private static final int MOST_TOKENS = 64;
  private static final int BATCH_TOKENS = 512;

  private final CacheDirectory cache;

  /** The store in a cache directory. */
  public ItemEmbeddingStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /**
   * Embedded items.
   *
   * @param items [items, dimension]
   * @param buildSeconds how long it took, then or now
   */
  public record Embedded(Embeddings items, double buildSeconds) {}

  /**
   * The embeddings of items, computed if they are not in the cache.
   *
   * @param name begins the file's name, for a reader of the cache
   * @param modelName what the backbone is called; another model has other embeddings
   * @throws org.optirag.workspace.UserException if the cache cannot be written
   */
  public Embedded require(
      String name,
      Items items,
      String modelName,
      Backbone backbone,
      Tokenizer tokenizer,
      Progress progress) {
    Path file =
        cache
            .directory("embeddings")
            .resolve(name + "-" + digest(items, modelName, backbone) + ".safetensors");
    if (Files.exists(file)) {
      try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
        long[] shape = tensors.shapes().getOrDefault("items", new long[] {0, 0});
        Embeddings read = new Embeddings((int) shape[0], (int) shape[1], tensors.read("items"));
        return new Embedded(
            read, Double.parseDouble(tensors.metadata().getOrDefault("build_seconds", "NaN")));
      }
    }
    long start = System.nanoTime();
    Embeddings reduced =
        PrincipalComponents.reduce(embed(items, backbone, tokenizer, progress), DIMENSION);
    double seconds = (System.nanoTime() - start) / 1e9;
    new SafetensorsWriter()
        .text("build_seconds", Double.toString(seconds))
        .tensor("items", reduced.values(), reduced.rows(), reduced.dimension())
        .write(file);
    return new Embedded(reduced, seconds);
  }

  private static Embeddings embed(
      Items items, Backbone backbone, Tokenizer tokenizer, Progress progress) {
    int hidden = backbone.config().hidden();
    Embeddings embeddings = Embeddings.zeros(items.size(), hidden);
    int[][] texts = new int[items.size()][];
    Arrays.setAll(texts, item -> tokens(items.text(item), tokenizer));
    // Texts of like length share a pass.
    int[] order =
        IntStream.range(0, texts.length)
            .boxed()
            .sorted(Comparator.comparingInt(item -> texts[item].length))
            .mapToInt(Integer::intValue)
            .toArray();
    try (Progress.Task task = progress.begin("embed items", items.size(), "item")) {
      // Passes side by side keep all cores busy without any of them waiting for another.
      batches(order, texts).parallelStream()
          .forEach(batch -> {
            float[][] pooled =
                backbone.meanPooled(Arrays.stream(batch).mapToObj(i -> texts[i]).toList());
            for (int i = 0; i < pooled.length; i++) {
              System.arraycopy(pooled[i], 0, embeddings.values(), batch[i] * hidden, hidden);
            }
            task.advance(batch.length);
          });
    }
    return embeddings;
  }

  private static List<int[]> batches(int[] order, int[][] texts) {
    List<int[]> batches = new ArrayList<>();
    for (int at = 0; at < order.length; ) {
      int first = at;
      for (int size = 0; at < order.length && size < BATCH_TOKENS; at++) {
        size += texts[order[at]].length;
      }
      batches.add(Arrays.copyOfRange(order, first, at));
    }
    return batches;
  }

  private static int[] tokens(String text, Tokenizer tokenizer) {
    int[] ids = tokenizer.encode(text.isBlank() ? "-" : head(text), Tokenizer.Place.START);
    return Arrays.copyOf(ids, Math.min(ids.length, MOST_TOKENS));
  }

  private static String head(String text) {
    return text.substring(0, Math.min(text.length(), 16 * MOST_TOKENS));
  }

  private static String digest(Items items, String modelName, Backbone backbone) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String model = modelName + " " + backbone.dtype() + " " + backbone.config();
      digest.update(model.getBytes(StandardCharsets.UTF_8));
      for (int item = 0; item < items.size(); item++) {
        digest.update((items.text(item) + "\n").getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

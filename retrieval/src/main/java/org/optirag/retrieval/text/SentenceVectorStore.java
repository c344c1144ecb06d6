package org.optirag.retrieval.text;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.dataset.Items;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Sentence vectors of item texts in the cache, made once for the texts and the model. From every
 * vector the mean over the items' texts is taken off before it is brought to length 1: what all
 * items of a data set have in common tells none from another.
 */
public final class SentenceVectorStore {
  private final CacheDirectory cache;

  /** The store in a cache directory. */
  public SentenceVectorStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /**
   * Vectors of the items' texts, made if they are not in the cache; of any other text, when it is
   * asked for.
   *
   * @param name begins the file's name, for a reader of the cache
   * @throws UserException if the cache cannot be written, its file is broken, the model's files
   *     cannot be read, or numbers that it makes are none
   */
  public TextVectors require(String name, Items items, SentenceModel model, Progress progress) {
    LinkedHashSet<String> distinct = new LinkedHashSet<>();
    WholeText.all(items).forEach(distinct::add);
    List<String> texts = List.copyOf(distinct);
    Path file =
        cache
            .directory("embeddings")
            .resolve("%s-%s-%s.safetensors".formatted(name, model.name(), digest(texts, model)));
    Centred vectors = Files.exists(file) ? read(file, texts) : make(texts, model, progress);
    if (!Files.exists(file)) {
      vectors.write(file);
    }
    Map<String, TextVector> known = HashMap.newHashMap(texts.size());
    for (int text = 0; text < texts.size(); text++) {
      known.put(texts.get(text), vectors.centred(vectors.row(text)));
    }
    float[] mean = vectors.mean;
    return new EmbeddedTexts(
        model.name(), known, text -> Centred.centred(SentenceEmbedder.of(model).embed(text), mean));
  }

  private static Centred make(List<String> texts, SentenceModel model, Progress progress) {
    if (texts.isEmpty()) {
      return new Centred(new float[0], new float[0]);
    }
    SentenceEmbedder embedder = SentenceEmbedder.of(model);
    float[][] rows = new float[texts.size()][];
    try (Progress.Task task = progress.begin("embed item texts", rows.length, "text")) {
      IntStream.range(0, rows.length)
          .parallel()
          .forEach(text -> {
            rows[text] = embedder.embed(texts.get(text));
            task.advance(1);
          });
    }
    return Centred.of(rows);
  }

  private static Centred read(Path file, List<String> texts) {
    Centred vectors;
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      vectors = new Centred(tensors.read("texts"), tensors.read("mean"));
    }
    if (vectors.rows.length != texts.size() * vectors.mean.length) {
      throw broken(
          file,
          "it has %d numbers for %d texts of %d"
              .formatted(vectors.rows.length, texts.size(), vectors.mean.length));
    }
    for (int at = 0; at < vectors.rows.length; at++) {
      if (!Float.isFinite(vectors.rows[at])) {
        String text = texts.get(at / vectors.mean.length);
        throw broken(file, "it has %s for the text \"%s\"".formatted(vectors.rows[at], text));
      }
    }
    return vectors;
  }

  private static UserException broken(Path file, String problem) {
    return new UserException(
        "The vectors of texts in %s are broken: %s.".formatted(file, problem),
        "Delete the file: it is made again.");
  }

  private static String digest(List<String> texts, SentenceModel model) {
    StringBuilder all = new StringBuilder(model.fingerprint());
    texts.forEach(text -> all.append('\n').append(text));
    return Checksums.sha256(all.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
  }

  /**
   * Vectors as the model gives them and their mean.
   *
   * @param rows [texts, dimension]
   */
  private record Centred(float[] rows, float[] mean) {
    static Centred of(float[][] vectors) {
      int dimension = vectors[0].length;
      float[] rows = new float[Math.multiplyExact(vectors.length, dimension)];
      double[] sum = new double[dimension];
      for (int row = 0; row < vectors.length; row++) {
        System.arraycopy(vectors[row], 0, rows, row * dimension, dimension);
        for (int d = 0; d < dimension; d++) {
          sum[d] += vectors[row][d];
        }
      }
      float[] mean = new float[dimension];
      for (int d = 0; d < dimension; d++) {
        mean[d] = (float) (sum[d] / vectors.length);
      }
      return new Centred(rows, mean);
    }

    float[] row(int row) {
      return java.util.Arrays.copyOfRange(rows, row * mean.length, (row + 1) * mean.length);
    }

    TextVector centred(float[] vector) {
      return centred(vector, mean);
    }

    static TextVector centred(float[] vector, float[] mean) {
      double square = 0;
      for (int d = 0; d < mean.length; d++) {
        square += (double) (vector[d] - mean[d]) * (vector[d] - mean[d]);
      }
      float[] unit = new float[mean.length];
      for (int d = 0; d < mean.length && square > 0; d++) {
        unit[d] = (float) ((vector[d] - mean[d]) / Math.sqrt(square));
      }
      return new TextVector.Dense(unit);
    }

    void write(Path file) {
      new SafetensorsWriter()
          .tensor("texts", rows, mean.length == 0 ? 0 : rows.length / mean.length, mean.length)
          .tensor("mean", mean, mean.length)
          .write(file);
    }
  }
}

package org.optirag.retrieval.sequence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.optirag.backbone.SequenceReader;
import org.optirag.backbone.SequenceShape;
import org.optirag.backbone.SequenceTraining;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.retrieval.text.WholeText;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Trained models of sequences in the cache, each named by a digest of what it learned from.
 *
 * <p>A model learns from the earlier half of the training part, by the times of its examples: the
 * later half can then be read with what it says of them, as the impressions that are held out.
 */
public final class SequenceStore {
  private final CacheDirectory cache;

  /** The store in a cache directory. */
  public SequenceStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /**
   * The file of the model of a data set, trained if it is not in the cache.
   *
   * @param encoder whose vectors of texts it reads
   * @param texts those vectors
   * @param seed of the training
   * @throws UserException if nothing is liked in the earlier half, or the cache cannot be written
   */
  public Path require(
      Dataset data,
      Split split,
      SentenceModel encoder,
      TextVectors texts,
      long seed,
      Progress progress) {
    long from = middle(split.trainExamples());
    Interactions learned = split.train().filter(row -> split.train().time(row) < from);
    Path file =
        cache
            .directory("sequences")
            .resolve(
                data.name()
                    + "-"
                    + digest(data, learned, from, encoder.fingerprint(), seed)
                    + ".safetensors");
    if (!Files.exists(file)) {
      LearnedSequences sequences = LearnedSequences.of(learned, data, SequenceShape.LENGTH);
      try (SequenceReader reader = train(data, sequences, texts, seed, progress)) {
        List<String> ids =
            Arrays.stream(sequences.items()).mapToObj(item -> data.items().ids().id(item)).toList();
        new SequenceFile(
                reader, ids, from, sequences.judged(), encoder.name(), encoder.fingerprint())
            .write(file);
      }
    }
    return file;
  }

  /** The time of the middle one. */
  private static long middle(Interactions examples) {
    return examples.size() == 0 ? 0 : examples.time(examples.size() / 2);
  }

  private static SequenceReader train(
      Dataset data, LearnedSequences sequences, TextVectors texts, long seed, Progress progress) {
    if (sequences.items().length == 0) {
      throw new UserException(
          data.name()
              + " has too few likes in the earlier half of its training part for a model"
              + " of sequences.",
          "Leave the features \"sequence\" out.");
    }
    float[][] vectors =
        IntStream.range(0, data.items().size())
            .mapToObj(item -> SequenceFeatures.dense(texts.of(WholeText.of(data.items(), item))))
            .toArray(float[][]::new);
    return SequenceTraining.train(
        SequenceShape.usual(vectors[0].length, sequences.items().length),
        vectors,
        sequences.rows(),
        sequences.sequences(),
        SequenceTraining.Settings.usual(sequences.judged(), seed),
        progress);
  }

  private static String digest(
      Dataset data, Interactions learned, long from, String encoder, long seed) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String settings =
          SequenceTraining.Settings.usual(true, seed)
              + encoder
              + SequenceShape.usual(1, 1)
              + from
              + learned.hasRequests();
      digest.update(settings.getBytes(StandardCharsets.UTF_8));
      for (int item = 0; item < data.items().size(); item++) {
        digest.update(WholeText.of(data.items(), item).getBytes(StandardCharsets.UTF_8));
        digest.update((byte) '\n');
      }
      ByteBuffer row = ByteBuffer.allocate(17);
      for (int r = 0; r < learned.size(); r++) {
        row.clear();
        row.putInt(learned.user(r)).putInt(learned.item(r)).putLong(learned.time(r));
        row.put((byte) (learned.label(r) ? 1 : 0));
        digest.update(row.array());
      }
      return HexFormat.of().formatHex(digest.digest(), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}

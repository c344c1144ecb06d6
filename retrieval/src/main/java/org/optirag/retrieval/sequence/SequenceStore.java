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
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
 * <p>Two are needed. One learns from the earlier half of the training part, by the times of its
 * examples: the later half can then be read with what it says of them, as impressions that are held
 * out are read. One learns from the whole: it says more of what comes after, as it has seen what
 * users did last.
 */
public final class SequenceStore {
  private final CacheDirectory cache;

  /** The store in a cache directory. */
  public SequenceStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /**
   * Files of models.
   *
   * @param half learned from the earlier half
   * @param whole learned from the whole training part; absent where something that is held out is
   *     as early as some of it, so that a model of the whole could not be asked
   */
  public record Trained(Path half, Optional<Path> whole) {
    /** The one that has seen most. */
    public Path latest() {
      return whole.orElse(half);
    }

    /** All of them. */
    public List<Path> all() {
      return Stream.concat(Stream.of(half), whole.stream()).toList();
    }
  }

  /**
   * The files of the models of a data set, trained if they are not in the cache.
   *
   * @param encoder whose vectors of texts they read
   * @param texts those vectors
   * @param seed of the training
   * @throws UserException if nothing is liked in the earlier half, or the cache cannot be written
   */
  public Trained require(
      Dataset data,
      Split split,
      SentenceModel encoder,
      TextVectors texts,
      long seed,
      Progress progress) {
    Source source = new Source(data, encoder, texts, seed, progress);
    long middle = middle(split.trainExamples());
    Interactions early = split.train().filter(row -> split.train().time(row) < middle);
    LearnedSequences half = LearnedSequences.of(early, data, SequenceShape.LENGTH);
    Path first = require(source, early, half, half.judged(), middle, "earlier half");
    long end = after(split.train());
    if (end > earliest(split.validation()) || end > earliest(split.test())) {
      return new Trained(first, Optional.empty());
    }
    LearnedSequences whole = LearnedSequences.of(split.train(), data, SequenceShape.LENGTH);
    boolean judged = half.judged() && whole.judged(); // trees learned what the first one said
    return new Trained(
        first, Optional.of(require(source, split.train(), whole, judged, end, "whole")));
  }

  /** What models are made of, and who is told. */
  private record Source(
      Dataset data, SentenceModel encoder, TextVectors texts, long seed, Progress progress) {}

  private Path require(
      Source source,
      Interactions learned,
      LearnedSequences sequences,
      boolean judged,
      long from,
      String part) {
    Path file =
        cache
            .directory("sequences")
            .resolve(
                source.data.name() + "-" + digest(source, learned, judged, from) + ".safetensors");
    if (!Files.exists(file)) {
      try (SequenceReader reader = train(source, sequences, judged, part)) {
        List<String> ids =
            Arrays.stream(sequences.items())
                .mapToObj(item -> source.data.items().ids().id(item))
                .toList();
        new SequenceFile(
                reader, ids, from, judged, source.encoder.name(), source.encoder.fingerprint())
            .write(file);
      }
    }
    return file;
  }

  /** The first moment after all rows. */
  private static long after(Interactions rows) {
    return IntStream.range(0, rows.size()).mapToLong(rows::time).max().orElse(-1) + 1;
  }

  private static long earliest(Interactions rows) {
    return IntStream.range(0, rows.size()).mapToLong(rows::time).min().orElse(Long.MAX_VALUE);
  }

  /** The time of the middle one. */
  private static long middle(Interactions examples) {
    return examples.size() == 0 ? 0 : examples.time(examples.size() / 2);
  }

  private static SequenceReader train(
      Source source, LearnedSequences sequences, boolean judged, String part) {
    Dataset data = source.data;
    if (sequences.items().length == 0) {
      throw new UserException(
          data.name()
              + " has too few likes in the earlier half of its training part for a model"
              + " of sequences.",
          "Leave the features \"sequence\" out.");
    }
    float[][] vectors =
        IntStream.range(0, data.items().size())
            .mapToObj(
                item -> HistoryReader.dense(source.texts.of(WholeText.of(data.items(), item))))
            .toArray(float[][]::new);
    return SequenceTraining.train(
        SequenceShape.usual(vectors[0].length, sequences.items().length),
        vectors,
        sequences.rows(),
        sequences.sequences(),
        SequenceTraining.Settings.usual(judged, source.seed),
        (name, total, unit) -> source.progress.begin(name + ", " + part, total, unit));
  }

  private static String digest(Source source, Interactions learned, boolean judged, long from) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String settings =
          SequenceTraining.Settings.usual(judged, source.seed)
              + source.encoder.fingerprint()
              + SequenceShape.usual(1, 1)
              + from
              + learned.hasRequests();
      digest.update(settings.getBytes(StandardCharsets.UTF_8));
      for (int item = 0; item < source.data.items().size(); item++) {
        digest.update(WholeText.of(source.data.items(), item).getBytes(StandardCharsets.UTF_8));
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

package org.optirag.scoring.bundle;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.retrieval.sequence.SequenceFeatures;
import org.optirag.retrieval.sequence.SequenceFile;
import org.optirag.retrieval.sequence.SequenceStore;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** The model of sequences: a bundle's own, else from the cache, else trained. */
public final class TrainedSequence {
  private final Dataset data;
  private final Split split;
  private final @Nullable Bundle bundle;
  private final long seed;
  private final CacheDirectory cache;
  private final Progress progress;
  private volatile @Nullable Path file; // that was read

  /**
   * @param data users and items
   * @param split it learns from the training part
   * @param bundle may bring it, or null
   * @param seed of a training
   * @param cache keeps what was trained
   */
  public TrainedSequence(
      Dataset data,
      Split split,
      @Nullable Bundle bundle,
      long seed,
      CacheDirectory cache,
      Progress progress) {
    this.data = data;
    this.split = split;
    this.bundle = bundle;
    this.seed = seed;
    this.cache = cache;
    this.progress = progress;
  }

  /**
   * What it says of candidates; to be closed.
   *
   * @param vectors of texts, by the name of the sentence model that makes them
   * @throws UserException if it cannot be trained or read, or learned with another sentence model
   */
  public SequenceFeatures features(Function<String, TextVectors> vectors) {
    List<Path> found = find(vectors);
    List<SequenceFile> models = new ArrayList<>();
    try {
      for (Path each : found) {
        SequenceFile model = SequenceFile.read(each);
        models.add(model);
        model.requireEncoder(encoder(model.encoder()).fingerprint());
      }
      file = found.getLast();
      return new SequenceFeatures(models, vectors.apply(models.getFirst().encoder()), data.items());
    } catch (RuntimeException | Error e) {
      models.forEach(model -> model.reader().close());
      throw e;
    }
  }

  /** The file for a bundle, of those that were read last: of the model that has seen most. */
  public Optional<Path> file() {
    return Optional.ofNullable(file);
  }

  private List<Path> find(Function<String, TextVectors> vectors) {
    Optional<Path> bundled = bundle == null ? Optional.empty() : bundle.sequence();
    SentenceModel usual = SentenceModel.MINI_LM;
    return bundled
        .map(List::of)
        .orElseGet(() ->
            new SequenceStore(cache)
                .require(data, split, usual, vectors.apply(usual.name()), seed, progress)
                .all());
  }

  private SentenceModel encoder(String name) {
    return new SentenceModelStore(cache)
        .find(name)
        .orElseThrow(() ->
            new UserException(
                "The model of sequences reads the sentence embedder \"%s\", which is not in %s."
                    .formatted(name, cache.root()),
                "Add its files: optirag model embedder NAME --onnx FILE --tokenizer FILE."));
  }
}

package org.optirag.retrieval.text;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.UserException;

/**
 * Sentence models of one's own in the cache, each in a directory of its whole name: the name that
 * was given, "at", and eight digits of what its files are. Features are named after it, so that a
 * model that reads them never meets other weights under the same name.
 */
public final class SentenceModelStore {
  private static final String MODEL = "model.onnx";
  private static final String TOKENIZER = "tokenizer.json";

  /** Written last: a directory without it is not whole. */
  private static final String POOLING = "pooling";

  private static final String AT = "at[0-9a-f]{8}";
  private static final int DIGITS = 8;

  private final CacheDirectory cache;

  /** The store in a cache directory. */
  public SentenceModelStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /**
   * Tries a model and copies its files into the cache.
   *
   * @param given its name, model, tokenizer and pooling
   * @return the same under its whole name
   * @throws UserException if its files are not what they should be, the name is that of the model
   *     that comes with the program, or the cache cannot be written
   */
  public SentenceModel.OnnxFile add(SentenceModel.OnnxFile given) {
    if (given.name().equals(SentenceModel.MINI_LM.name())) {
      throw new UserException(
          "\"" + given.name() + "\" comes with the program.", "Give yours another name.");
    }
    SentenceEmbedder.of(given).embed("A sentence to try it with.");
    String digest =
        Checksums.sha256(given.fingerprint().getBytes(StandardCharsets.UTF_8)).substring(0, DIGITS);
    Path directory = directory().resolve(given.name() + "at" + digest);
    copy(given.model(), directory.resolve(MODEL));
    copy(given.tokenizer(), directory.resolve(TOKENIZER));
    AtomicFiles.writeString(
        directory.resolve(POOLING), given.pooling().name().toLowerCase(Locale.ROOT) + "\n");
    return read(directory);
  }

  private static void copy(Path from, Path to) {
    AtomicFiles.write(to, out -> Files.copy(from, out));
  }

  /**
   * The model of a name, whole or as it was given.
   *
   * @throws UserException if several were added under the name that was given, or a directory of
   *     the cache is damaged
   */
  public Optional<SentenceModel> find(String name) {
    if (name.equals(SentenceModel.MINI_LM.name())) {
      return Optional.of(SentenceModel.MINI_LM);
    }
    List<Path> found =
        directories().stream()
            .filter(directory -> {
              String whole = directory.getFileName().toString();
              return whole.equals(name) || whole.matches(Pattern.quote(name) + AT);
            })
            .toList();
    if (found.size() > 1) {
      throw new UserException(
          "There are several sentence embedders \"%s\": %s."
              .formatted(name, found.stream().map(Path::getFileName).toList()),
          "Give one's whole name.");
    }
    return found.stream().findFirst().map(SentenceModelStore::read);
  }

  /** The whole names of all that were added, in order. */
  public List<String> names() {
    return directories().stream().map(directory -> directory.getFileName().toString()).toList();
  }

  private Path directory() {
    return cache.directory("embedders");
  }

  private List<Path> directories() {
    Path all = directory();
    try (Stream<Path> entries = Files.list(all)) {
      return entries.filter(entry -> Files.exists(entry.resolve(POOLING))).sorted().toList();
    } catch (IOException e) {
      throw new UserException("Cannot list " + all + ".", "Check its permissions.", e);
    }
  }

  private static SentenceModel.OnnxFile read(Path directory) {
    Path file = directory.resolve(POOLING);
    try {
      String pooling = Files.readString(file).strip().toUpperCase(Locale.ROOT);
      return new SentenceModel.OnnxFile(
          directory.getFileName().toString(),
          directory.resolve(MODEL),
          directory.resolve(TOKENIZER),
          SentenceModel.Pooling.valueOf(pooling));
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          file + " does not say how tokens become a vector.",
          "Remove " + directory + " and add the embedder again.",
          e);
    }
  }
}

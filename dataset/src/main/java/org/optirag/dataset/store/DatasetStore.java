package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.FileLocks;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * The imported data sets in the cache, by name. Of all threads and processes, one at a time imports
 * under a name.
 */
public final class DatasetStore {
  private final CacheDirectory cache;
  private final Clock clock;

  /** The store in a cache directory. */
  public DatasetStore(CacheDirectory cache) {
    this(cache, Clock.systemUTC());
  }

  DatasetStore(CacheDirectory cache, Clock clock) {
    this.cache = cache;
    this.clock = clock;
  }

  /**
   * Imports a source under its name, replacing an earlier import.
   *
   * @param source as {@link Formats#recognise} or a mapping gives it
   * @param rules usually the source's own
   * @throws UserException if files are missing or empty, or too many rows are broken
   */
  public ImportedDataset importSource(Source source, Rules rules, Progress progress) {
    return alone(source.name(), () -> write(source, rules, progress));
  }

  private ImportedDataset write(Source source, Rules rules, Progress progress) {
    Path target = directory(source.name());
    Manifest manifest = new Importer(source, rules, progress, clock).importTo(target);
    return new ImportedDataset(target, manifest);
  }

  /** Imports the data set in a directory; see {@link Formats#recognise}. */
  public ImportedDataset importDirectory(Path directory, Progress progress) {
    Source source = Formats.recognise(directory);
    return importSource(source, source.rules(), progress);
  }

  /**
   * Reads a source as an import would, and tells what is wrong with it.
   *
   * @param rejected the file that takes the complaints, one a line
   * @throws UserException if an import could not begin; what would stop it later is in the check
   */
  public Check check(Source source, Rules rules, Path rejected, Progress progress) {
    checked(source.name());
    return new Importer(source, rules, progress, clock).check(rejected);
  }

  /**
   * The data set of a name or at a path; one that can be downloaded is, and is imported, where that
   * has not been done yet.
   *
   * @throws UserException if there is none, or it cannot be had
   */
  public Dataset require(String nameOrPath, Progress progress) {
    Optional<KnownDataset> known = KnownDataset.find(nameOrPath);
    if (known.isEmpty() || names().contains(nameOrPath)) {
      return open(nameOrPath);
    }
    // Whoever waited here finds it imported, and leaves it to those who already read it.
    return alone(
            nameOrPath,
            () -> names().contains(nameOrPath) ? find(nameOrPath) : download(known.get(), progress))
        .load();
  }

  /**
   * Downloads a data set, unless its files are in the cache, and imports it.
   *
   * @throws UserException if it cannot be had
   */
  public ImportedDataset pull(KnownDataset known, Progress progress) {
    return alone(known.name(), () -> download(known, progress));
  }

  private ImportedDataset download(KnownDataset known, Progress progress) {
    Source source = known.download(cache.directory("downloads", known.name()), progress);
    return write(source.named(known.name(), null), source.rules(), progress);
  }

  /** The names of the data sets imported. */
  public List<String> names() {
    try (Stream<Path> directories = Files.list(cache.datasets())) {
      return directories
          .filter(directory -> Files.isRegularFile(Manifest.file(directory)))
          .map(directory -> directory.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UserException(
          "Cannot list " + cache.datasets() + ": " + e.getMessage() + ".",
          "Set OPTIRAG_CACHE to a directory you can read.",
          e);
    }
  }

  /**
   * The imported data set of a name, or at a path.
   *
   * @throws UserException if there is none
   */
  public ImportedDataset find(String nameOrPath) {
    Path named = nameOrPath.matches(NAME) ? directory(nameOrPath) : Path.of(nameOrPath);
    Path place = Files.exists(Manifest.file(named)) ? named : Path.of(nameOrPath);
    if (!Files.exists(Manifest.file(place))) {
      throw new UserException(
          "There is no imported data set '" + nameOrPath + "'; there are " + names() + ".",
          "Get it with 'optirag data pull' or 'optirag data import'.");
    }
    return ImportedDataset.open(place);
  }

  /** Loads the data set of a name, or at a path; see {@link #find}. */
  public Dataset open(String nameOrPath) {
    return find(nameOrPath).load();
  }

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,99}";

  /** Beside the data set and not in it, since an import takes the place of the whole directory. */
  private <T> T alone(String name, Supplier<T> work) {
    return FileLocks.locked(cache.directory("locks", checked(name)), work);
  }

  private Path directory(String name) {
    return cache.datasets().resolve(checked(name));
  }

  private static String checked(String name) {
    if (!name.matches(NAME)) {
      throw new UserException(
          "'" + name + "' cannot be the name of a data set.",
          "Use letters, digits, dots and hyphens, for instance my-shop.");
    }
    return name;
  }
}

package org.optirag.dataset.source;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.optirag.workspace.UserException;

/** The files of a directory, each plain or gzipped: "u.data" finds "u.data.gz" as well. */
record SourceFiles(Path directory) {

  /** The file of this name, plain if there, else gzipped. */
  Optional<Path> find(String name) {
    return Stream.of(name, name + ".gz")
        .map(directory::resolve)
        .filter(Files::isRegularFile)
        .findFirst();
  }

  /** The files whose name, less ".gz", satisfies the test; sorted. */
  List<Path> matching(Predicate<String> test) {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .filter(file -> test.test(plainName(file)))
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * The one file whose name, less ".gz", satisfies the test; plain if there, else gzipped.
   *
   * @param what the files are, for the message
   * @throws UserException if there are several: none of them is left out in silence
   */
  Optional<Path> one(String what, Predicate<String> test) {
    List<String> names = matching(test).stream().map(SourceFiles::plainName).distinct().toList();
    if (names.size() > 1) {
      throw new UserException(
          directory + " holds several files of " + what + ": " + String.join(", ", names) + ".",
          "Keep one in the directory, or name them all in a mapping (optirag data import --help).");
    }
    return names.stream().findFirst().flatMap(this::find);
  }

  /** The name without ".gz". */
  static String plainName(Path file) {
    String name = file.getFileName().toString();
    return name.endsWith(".gz") ? name.substring(0, name.length() - 3) : name;
  }

  /** The directory's own name. */
  String name() {
    return directory.toAbsolutePath().normalize().getFileName().toString();
  }

  @Override
  public String toString() {
    return matching(name -> true).stream().map(file -> file.getFileName().toString()).toList() + "";
  }
}

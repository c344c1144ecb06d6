package org.optirag.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Option;

/**
 * Where a command writes: what is there stays, unless {@code --force} says otherwise; use as a
 * {@code @Mixin}.
 */
final class OutputOptions {
  @Option(names = "--force", description = "Replace what is there already.")
  private boolean force;

  /** Whether what is there may be replaced. */
  boolean force() {
    return force;
  }

  /**
   * The directory that takes some files. A standard place that is taken is left for the next:
   * runs/x, runs/x-2, runs/x-3, …
   *
   * @param given as the user wants it, or null
   * @param standard where he does not say
   * @param files that will be written, by name; another file that is there is no obstacle
   * @throws UserException if some of the files are in the place that was given
   */
  Path directory(@Nullable Path given, Path standard, String... files) {
    List<String> names = List.of(files);
    if (given != null) {
      names.stream().map(given::resolve).filter(Files::exists).findFirst().ifPresent(this::refuse);
      return given;
    }
    Path place = standard;
    for (int n = 2; !force && holds(place, names); n++) {
      place = standard.resolveSibling(standard.getFileName() + "-" + n);
    }
    return place;
  }

  private static boolean holds(Path place, List<String> names) {
    return Files.exists(place)
        && (!Files.isDirectory(place)
            || names.stream().map(place::resolve).anyMatch(Files::exists));
  }

  /**
   * A file or directory that is made as a whole.
   *
   * @throws UserException if it is there, and more than an empty directory
   */
  Path whole(Path place) {
    if (Files.exists(place) && !isEmptyDirectory(place)) {
      refuse(place);
    }
    return place;
  }

  private void refuse(Path place) {
    if (!force) {
      throw new UserException(
          place + " exists already.", "Choose another place, or give --force to replace it.");
    }
  }

  private static boolean isEmptyDirectory(Path place) {
    if (!Files.isDirectory(place)) {
      return false;
    }
    try (Stream<Path> files = Files.list(place)) {
      return files.findAny().isEmpty();
    } catch (IOException e) {
      return false; // in the way in any case
    }
  }
}

package org.optirag.scoring.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.DirectoryTree;
import org.optirag.workspace.UserException;

/** Writes a bundle beside its place and moves it there when it is whole. */
final class BundleWriter {
  private BundleWriter() {}

  static void write(Path target, BundleContents contents) {
    Path place = target.toAbsolutePath().normalize();
    requireFree(place);
    Path part = null;
    try {
      Files.createDirectories(place.getParent());
      part = Files.createTempDirectory(place.getParent(), "." + place.getFileName() + ".part-");
      fill(part, contents);
      replace(place, part);
      part = null;
    } catch (IOException e) {
      throw new UserException(
          "Cannot write the bundle " + target + ": " + e.getMessage() + ".",
          "Free some space, or choose a directory you can write.",
          e);
    } finally {
      if (part != null) {
        delete(part);
      }
    }
  }

  /** A bundle may be replaced, anything else is not ours to remove. */
  private static void requireFree(Path place) {
    if (!Files.exists(place) || Files.exists(place.resolve(Bundle.MANIFEST))) {
      return;
    }
    try (Stream<Path> files = Files.list(place)) {
      if (files.findAny().isEmpty()) {
        return;
      }
    } catch (IOException e) {
      // It is a file, or cannot be read: in the way in either case.
    }
    throw new UserException(
        place + " exists and is no bundle.", "Choose another place for the bundle.");
  }

  private static void fill(Path directory, BundleContents contents) throws IOException {
    if (contents.adapter().isPresent()) {
      Path adapter = Files.createDirectory(directory.resolve(Bundle.ADAPTER));
      contents.adapter().get().writeTo(adapter);
    }
    HeadsFile.write(directory.resolve(Bundle.HEADS), contents.heads());
    BundleJson.write(directory.resolve(Bundle.POLICY), contents.plan());
    if (contents.graph().isPresent()) {
      GraphFiles.write(directory, contents.graph().get());
    }
    contents.trees().ifPresent(trees -> trees.write(directory.resolve(Bundle.TREES)));
    if (contents.sequence().isPresent()) {
      Files.copy(contents.sequence().get(), directory.resolve(Bundle.SEQUENCE));
    }
    BundleJson.write(directory.resolve(Bundle.DATASET), contents.dataset());
    BundleJson.write(directory.resolve(Bundle.METRICS), contents.metrics());
    BundleJson.write(
        directory.resolve(Bundle.MANIFEST),
        new BundleManifest(
            BundleManifest.FORMAT,
            BundleManifest.VERSION,
            contents.created(),
            contents.backbone(),
            contents.inference(),
            contents.training(),
            entries(directory)));
  }

  private static Map<String, BundleManifest.FileEntry> entries(Path directory) throws IOException {
    List<Path> files;
    try (Stream<Path> walked = Files.walk(directory)) {
      files = walked.filter(Files::isRegularFile).toList();
    }
    Map<String, BundleManifest.FileEntry> entries = new TreeMap<>();
    for (Path file : files) {
      String name = directory.relativize(file).toString().replace('\\', '/');
      entries.put(name, new BundleManifest.FileEntry(Files.size(file), Checksums.sha256(file)));
    }
    return entries;
  }

  /** Directories cannot be renamed onto each other, so an older bundle steps aside first. */
  private static void replace(Path place, Path part) throws IOException {
    Path aside = null;
    if (Files.exists(place)) {
      aside = part.resolveSibling(part.getFileName() + ".old");
      Files.move(place, aside, StandardCopyOption.ATOMIC_MOVE);
    }
    try {
      Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (aside != null) {
        Files.move(aside, place, StandardCopyOption.ATOMIC_MOVE);
      }
      throw e;
    }
    if (aside != null) {
      delete(aside);
    }
  }

  private static void delete(Path directory) {
    try {
      DirectoryTree.remove(directory);
    } catch (IOException e) {
      throw new UserException(
          "Cannot remove " + directory + ": " + e.getMessage() + ".", "Remove it by hand.", e);
    }
  }
}

package org.optirag.scoring.bundle;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.UserException;

/**
 * Which files a bundle may have: plain files within its directory that bundle.json lists with their
 * sizes and checksums. Nothing else is opened. A link could lead to any file of the machine, and a
 * pipe or a device could keep a reader for ever. The directory itself may be named by a link.
 */
final class BundleFiles {
  private static final int MOST_ENTRIES = 10_000;
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** What people and their tools lay beside files, which nobody reads. */
  private static final Pattern PASSED_OVER =
      Pattern.compile("\\..*|(README|LICEN[CS]E|NOTICE|CHANGELOG)([._-].*)?");

  private static final String AGAIN = "Take the bundle again from where it came from.";

  private BundleFiles() {}

  /** Whether the manifest is there; fails where it is no plain file. */
  static boolean hasManifest(Path directory) {
    Path file = directory.resolve(Bundle.MANIFEST);
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    requirePlain(directory, file);
    return true;
  }

  /**
   * Checks every file of a directory against the manifest's list.
   *
   * @throws UserException if one is missing, altered, not listed or no plain file
   */
  static void require(Path directory, Map<String, BundleManifest.FileEntry> listed) {
    requireNoOthers(directory, listed.keySet());
    listed.forEach((name, entry) -> require(directory, name, entry));
  }

  private static void requireNoOthers(Path directory, Set<String> listed) {
    int[] seen = {0};
    try {
      Files.walkFileTree(
          directory.toRealPath(),
          new SimpleFileVisitor<>() {
            private final Path root = directory.toRealPath();

            @Override
            public FileVisitResult preVisitDirectory(Path visited, BasicFileAttributes attributes) {
              boolean passed =
                  !visited.equals(root) && String.valueOf(visited.getFileName()).startsWith(".");
              return passed ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              Path name = root.relativize(file);
              requirePlain(directory, directory.resolve(name));
              if (++seen[0] > MOST_ENTRIES) {
                throw new UserException(
                    "The bundle %s has more than %d files.".formatted(directory, MOST_ENTRIES),
                    AGAIN);
              }
              requireListed(directory, name.toString().replace('\\', '/'), listed);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw unreadable(directory, e);
    }
  }

  private static void requireListed(Path directory, String name, Set<String> listed) {
    if (!name.equals(Bundle.MANIFEST)
        && !listed.contains(name)
        && !PASSED_OVER.matcher(name).matches()) {
      throw new UserException(
          "The bundle %s has a file %s, of which %s does not speak."
              .formatted(directory, name, Bundle.MANIFEST),
          "Remove it, or take the bundle again from where it came from.");
    }
  }

  private static void require(Path directory, String name, BundleManifest.FileEntry entry) {
    Path root = directory.toAbsolutePath().normalize();
    Path file = root.resolve(name).normalize();
    if (!file.startsWith(root) || file.equals(root)) {
      throw new UserException(
          directory.resolve(Bundle.MANIFEST) + " speaks of " + name + ", outside the bundle.",
          AGAIN);
    }
    if (entry.bytes() < 0 || !SHA256.matcher(entry.sha256()).matches()) {
      throw new UserException(
          "%s gives %s the size %d and a sha256 that is none."
              .formatted(directory.resolve(Bundle.MANIFEST), name, entry.bytes()),
          AGAIN);
    }
    if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new UserException("The bundle " + directory + " lacks its file " + name + ".", AGAIN);
    }
    Path part = root;
    for (Path step : root.relativize(file)) {
      part = part.resolve(step);
      if (Files.isSymbolicLink(part)) {
        throw link(directory, root.relativize(part));
      }
    }
    requirePlain(directory, directory.resolve(name));
    try {
      String found = Checksums.sha256(file);
      if (!found.equals(entry.sha256())) {
        throw new UserException(
            "%s was altered: it has the sha256 %s, expected %s."
                .formatted(directory.resolve(name), found, entry.sha256()),
            AGAIN);
      }
      if (Files.size(file) != entry.bytes()) {
        throw new UserException(
            "%s has %d bytes, %s speaks of %d."
                .formatted(
                    directory.resolve(name), Files.size(file), Bundle.MANIFEST, entry.bytes()),
            AGAIN);
      }
    } catch (IOException e) {
      throw unreadable(directory.resolve(name), e);
    }
  }

  private static void requirePlain(Path directory, Path file) {
    if (Files.isSymbolicLink(file)) {
      throw link(directory, directory.relativize(file));
    }
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      throw new UserException(
          "The bundle %s has %s, which is no file."
              .formatted(directory, directory.relativize(file)),
          AGAIN);
    }
  }

  private static UserException link(Path directory, Path name) {
    return new UserException(
        "The bundle %s has a link %s, which could lead out of it.".formatted(directory, name),
        "Put the file itself in its place.");
  }

  private static UserException unreadable(Path file, IOException e) {
    return new UserException(
        "Cannot read " + file + ": " + e.getMessage() + ".", "Check its permissions.", e);
  }
}

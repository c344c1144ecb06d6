package org.optirag.spark.score;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.deploy.SparkHadoopUtil;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.FileLocks;
import org.optirag.workspace.UserException;

/**
 * Directories that scoring needs on this machine: as they lie where they are local, else copied
 * into the cache, once for all executors of a machine and under the name of their content.
 */
final class Fetched {
  private Fetched() {}

  /** The sha256 of a file in a directory, wherever it lies. */
  static String sha256(String directory, String manifest) {
    try (var in = fileSystem(directory).open(new org.apache.hadoop.fs.Path(directory, manifest))) {
      return Checksums.sha256(in.readAllBytes());
    } catch (IOException e) {
      throw new UserException(
          "Cannot read " + directory + "/" + manifest + ": " + e.getMessage() + ".",
          "Name a directory that holds one, on a file system that every node reads.",
          e);
    }
  }

  /**
   * The directory on this machine.
   *
   * @param manifest the file that tells of all others
   * @param sha256 what its sha256 has to be
   * @throws UserException if it cannot be had, or is another one
   */
  static Path directory(String location, String manifest, String sha256, CacheDirectory cache) {
    String found = sha256(location, manifest);
    if (!found.equals(sha256)) {
      throw new UserException(
          "%s/%s has the sha256 %s here, the job began with %s."
              .formatted(location, manifest, found, sha256),
          "Put the same directory on every node, and leave it alone while a job runs.");
    }
    org.apache.hadoop.fs.Path path = new org.apache.hadoop.fs.Path(location);
    String scheme = path.toUri().getScheme();
    if (scheme == null || scheme.equals("file")) {
      return Path.of(path.toUri().getPath());
    }
    Path parent = cache.directory("fetched");
    Path target = parent.resolve(name(location, sha256));
    return FileLocks.locked(parent, () -> copied(path, target));
  }

  private static String name(String location, String sha256) {
    String of = Checksums.sha256(location.getBytes(StandardCharsets.UTF_8));
    return sha256.substring(0, 16) + "-" + of.substring(0, 8);
  }

  private static Path copied(org.apache.hadoop.fs.Path from, Path target) {
    if (Files.isDirectory(target)) {
      return target;
    }
    try {
      Path part = Files.createTempDirectory(target.getParent(), ".part");
      Path whole = part.resolve("whole");
      fileSystem(from.toString())
          .copyToLocalFile(false, from, new org.apache.hadoop.fs.Path(whole.toUri()), true);
      Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
      Files.delete(part);
      return target;
    } catch (IOException e) {
      throw new UserException(
          "Cannot copy " + from + " to " + target + ": " + e.getMessage() + ".",
          "Free some space, or set OPTIRAG_CACHE to a directory that executors can write.",
          e);
    }
  }

  private static FileSystem fileSystem(String location) throws IOException {
    return new org.apache.hadoop.fs.Path(location).getFileSystem(SparkHadoopUtil.get().conf());
  }
}

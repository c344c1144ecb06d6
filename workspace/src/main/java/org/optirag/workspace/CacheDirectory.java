package org.optirag.workspace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * The directory that holds what can be had again: downloaded models and data, trained graphs.
 *
 * <p>It is the system property {@code optirag.cache}, else {@code $OPTIRAG_CACHE}, else {@code
 * $XDG_CACHE_HOME/optirag}, else {@code ~/.cache/optirag}.
 *
 * @param root an absolute path; created when first used
 */
public record CacheDirectory(Path root) {

  /** The cache directory that the environment names. */
  public static CacheDirectory standard() {
    String property = System.getProperty("optirag.cache");
    if (property != null) {
      return new CacheDirectory(Path.of(property).toAbsolutePath().normalize());
    }
    return from(System.getenv(), Path.of(System.getProperty("user.home", ".")));
  }

  static CacheDirectory from(Map<String, String> environment, Path home) {
    String named = environment.get("OPTIRAG_CACHE");
    if (named != null && !named.isBlank()) {
      return new CacheDirectory(Path.of(named).toAbsolutePath().normalize());
    }
    String xdg = environment.get("XDG_CACHE_HOME");
    Path base = xdg != null && !xdg.isBlank() ? Path.of(xdg) : home.resolve(".cache");
    return new CacheDirectory(base.resolve("optirag").toAbsolutePath().normalize());
  }

  /**
   * A directory below the root, created if absent.
   *
   * @throws UserException if it cannot be created or written
   */
  public Path directory(String first, String... more) {
    Path path = root.resolve(Path.of(first, more)).normalize();
    if (!path.startsWith(root)) {
      throw new IllegalArgumentException(path + " lies outside the cache " + root);
    }
    try {
      Files.createDirectories(path);
    } catch (IOException e) {
      throw new UserException(
          "Cannot create the cache directory " + path + ": " + e.getMessage() + ".",
          "Set OPTIRAG_CACHE to a directory you can write.",
          e);
    }
    if (!Files.isWritable(path)) {
      throw new UserException(
          "The cache directory " + path + " is read-only.",
          "Set OPTIRAG_CACHE to a directory you can write.");
    }
    return path;
  }

  /** Downloaded models, one directory each. */
  public Path models() {
    return directory("models");
  }

  /** Imported data sets, one directory each. */
  public Path datasets() {
    return directory("datasets");
  }
}

package org.optirag.workbench;

import java.util.function.Consumer;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * Where work is done, and who is told of it. Immutable; as safe for use from several threads as the
 * listeners are.
 *
 * @param cache where models, data sets and trained graphs are kept
 * @param progress hears how far long work is
 * @param remarks hears, a line at a time, what the result does not say, for instance that another
 *     number type was taken than the one that was asked for
 */
public record Workplace(CacheDirectory cache, Progress progress, Consumer<String> remarks) {

  /**
   * Nobody is told anything.
   *
   * @param cache where models, data sets and trained graphs are kept
   */
  public static Workplace silent(CacheDirectory cache) {
    return new Workplace(cache, Progress.silent(), line -> {});
  }
}

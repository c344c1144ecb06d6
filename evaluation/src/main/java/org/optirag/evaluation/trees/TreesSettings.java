package org.optirag.evaluation.trees;

import java.util.List;

/**
 * How trees are learned.
 *
 * @param grid the shapes to try on validation; the first suits most data
 * @param mostTrees after so many trees a shape is done
 * @param patience it is done too after so many trees in a row without a lower loss on validation
 * @param untuned how many trees are learned where there is no validation
 * @param threads most shapes at once; each takes a thread and a copy of the data of a byte for each
 *     value. The trees do not depend on it
 */
public record TreesSettings(
    List<TreeShape> grid, int mostTrees, int patience, int untuned, int threads) {

  /** Alike on MovieLens-100K; small data take the first ones, large data the last. */
  public static final TreesSettings DEFAULT =
      new TreesSettings(
          List.of(
              new TreeShape(8, 0.05, 50, 0.7, 0.5, 10),
              new TreeShape(4, 0.1, 20, 0.7, 0.5, 1),
              new TreeShape(8, 0.05, 20, 1, 1, 1),
              new TreeShape(16, 0.05, 50, 0.5, 0.3, 100),
              new TreeShape(16, 0.05, 100, 0.7, 0.5, 10),
              new TreeShape(31, 0.05, 200, 0.7, 0.5, 10)),
          600,
          40,
          100,
          Runtime.getRuntime().availableProcessors());

  /**
   * Copies the grid.
   *
   * @throws IllegalArgumentException if the grid is empty or a number is not positive
   */
  public TreesSettings {
    grid = List.copyOf(grid);
    if (grid.isEmpty() || mostTrees < 1 || patience < 1 || untuned < 1 || threads < 1) {
      throw new IllegalArgumentException(
          "%d shapes, %d trees, patience %d, %d untuned, %d threads"
              .formatted(grid.size(), mostTrees, patience, untuned, threads));
    }
  }

  /** The same on other threads. */
  public TreesSettings withThreads(int most) {
    return new TreesSettings(grid, mostTrees, patience, untuned, most);
  }
}

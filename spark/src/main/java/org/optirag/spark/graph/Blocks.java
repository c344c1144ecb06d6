package org.optirag.spark.graph;

import java.io.Serializable;

/**
 * How users and items are cut into blocks: number n stands in block n mod blocks, as its row n /
 * blocks. So hot items, whose numbers often lie together, end up apart.
 *
 * @param users how many users there are
 * @param items how many items there are
 * @param userBlocks how many blocks of users
 * @param itemBlocks how many blocks of items
 */
public record Blocks(int users, int items, int userBlocks, int itemBlocks) implements Serializable {
  /** Users and items of a block that keep a task's arrays at some tens of megabytes. */
  private static final int ROWS = 100_000;

  /** Checks the numbers. */
  public Blocks {
    if (users < 1 || items < 1 || userBlocks < 1 || itemBlocks < 1) {
      throw new IllegalArgumentException(
          "%d users in %d blocks, %d items in %d".formatted(users, userBlocks, items, itemBlocks));
    }
  }

  /**
   * Blocks of a usual size, at least one a core.
   *
   * @param cores that work at once
   */
  public static Blocks of(int users, int items, int cores) {
    return new Blocks(
        users,
        items,
        Math.max(cores, (users + ROWS - 1) / ROWS),
        Math.max(cores, (items + ROWS - 1) / ROWS));
  }

  /** How many rows a block of users has. */
  int usersIn(int block) {
    return (users - block + userBlocks - 1) / userBlocks;
  }

  /** How many rows a block of items has. */
  int itemsIn(int block) {
    return (items - block + itemBlocks - 1) / itemBlocks;
  }
}

package org.optirag.scoring.bundle;

import org.optirag.dataset.IdIndex;
import org.optirag.retrieval.LightGcn;

/**
 * Embeddings with the ids they belong to: row n of the users is that of {@code users.id(n)}.
 *
 * @param model the embeddings
 * @param users the users' ids
 * @param items the items' ids
 */
public record BundledGraph(LightGcn model, IdIndex users, IdIndex items) {
  /** Checks that there is an id for each row. */
  public BundledGraph {
    if (model.users().rows() != users.size()
        || model.items().rows() != items.size()
        || model.itemsBelow().rows() != items.size()) {
      throw new IllegalArgumentException(
          "%d users and %d items with embeddings, ids of %d and %d"
              .formatted(model.users().rows(), model.items().rows(), users.size(), items.size()));
    }
  }
}

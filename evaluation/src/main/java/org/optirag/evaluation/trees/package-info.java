/**
 * Learns boosted trees with LightGBM's native library. What predicts is {@link
 * org.optirag.scoring.trees.BoostedTrees}, which needs none.
 */
@NullMarked
package org.optirag.evaluation.trees;

import org.jspecify.annotations.NullMarked;

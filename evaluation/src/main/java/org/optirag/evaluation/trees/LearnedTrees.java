package org.optirag.evaluation.trees;

import org.optirag.scoring.trees.BoostedTrees;

/**
 * What was learned.
 *
 * @param trees as many as were best on validation
 * @param shape the chosen one
 * @param validationLoss the log loss on validation in nats, NaN without
 */
public record LearnedTrees(BoostedTrees trees, TreeShape shape, double validationLoss) {}

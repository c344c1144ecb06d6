package org.optirag.dataset;

/**
 * Interactions parted for learning, for choosing and for measuring.
 *
 * @param train what the graph, the evidence and the LLM learn from
 * @param validation what thresholds, calibration and early stopping are chosen on
 * @param test measured once
 */
public record Split(Interactions train, Interactions validation, Interactions test) {}

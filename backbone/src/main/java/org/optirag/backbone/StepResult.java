package org.optirag.backbone;

/**
 * What became of a step.
 *
 * @param applied false where a loss or the gradient was no finite number: nothing was changed, and
 *     what had been added up is forgotten
 * @param gradientNorm before clipping
 */
public record StepResult(boolean applied, double gradientNorm) {}

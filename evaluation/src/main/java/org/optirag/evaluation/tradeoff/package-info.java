/**
 * Accuracy against depth: what exit policies reach on validation, which one to take, and what can
 * be promised of it.
 */
@NullMarked
package org.optirag.evaluation.tradeoff;

import org.jspecify.annotations.NullMarked;

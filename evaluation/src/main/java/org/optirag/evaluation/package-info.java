/**
 * How good predictions are and what they cost: metrics with bootstrap intervals, latency by stage,
 * and the report that shows them side by side.
 */
@NullMarked
package org.optirag.evaluation;

import org.jspecify.annotations.NullMarked;

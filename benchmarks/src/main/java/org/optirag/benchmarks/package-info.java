/** Measurements of speed: what is compared runs in turns, and the ratio is what counts. */
@NullMarked
package org.optirag.benchmarks;

import org.jspecify.annotations.NullMarked;

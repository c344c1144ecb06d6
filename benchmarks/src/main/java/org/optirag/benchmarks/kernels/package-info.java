/** The hot loops alone, by JMH: {@code benchmarks/run jmh}. */
@NullMarked
package org.optirag.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;

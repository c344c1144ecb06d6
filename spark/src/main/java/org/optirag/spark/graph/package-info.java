/** Light graph convolution over a graph that no machine holds whole. */
@NullMarked
package org.optirag.spark.graph;

import org.jspecify.annotations.NullMarked;

/** Similar users among many: all pairs by blocks, or those that projections bring together. */
@NullMarked
package org.optirag.spark.neighbours;

import org.jspecify.annotations.NullMarked;

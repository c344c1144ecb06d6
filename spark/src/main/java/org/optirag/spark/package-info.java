/**
 * The same pipeline on Apache Spark: data, graph, similar users and scores too large for one
 * machine.
 */
@NullMarked
package org.optirag.spark;

import org.jspecify.annotations.NullMarked;

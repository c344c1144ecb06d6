/** Tables as a mapping describes them, read by Spark. */
@NullMarked
package org.optirag.spark.table;

import org.jspecify.annotations.NullMarked;

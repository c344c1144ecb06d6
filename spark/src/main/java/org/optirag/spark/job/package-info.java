/** What spark-submit runs: a class a job, wiring and printing only. */
@NullMarked
package org.optirag.spark.job;

import org.jspecify.annotations.NullMarked;

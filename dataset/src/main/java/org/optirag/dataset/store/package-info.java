/**
 * The imported form of a data set, a directory of Parquet files, and how it is made, checked, kept
 * in the cache and loaded.
 */
@NullMarked
package org.optirag.dataset.store;

import org.jspecify.annotations.NullMarked;

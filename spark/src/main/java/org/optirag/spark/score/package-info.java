/** Click probabilities for tables of users and items, as the single machine would give them. */
@NullMarked
package org.optirag.spark.score;

import org.jspecify.annotations.NullMarked;

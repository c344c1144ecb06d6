/** The rules of an import as operations on tables; what they give is the imported form itself. */
@NullMarked
package org.optirag.spark.prepare;

import org.jspecify.annotations.NullMarked;

/** How fast candidates are scored, beside other engines, and how costs grow. */
@NullMarked
package org.optirag.workbench.bench;

import org.jspecify.annotations.NullMarked;

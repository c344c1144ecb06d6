/** Data of any size that nobody has to be asked for: to try a cluster, and to measure growth. */
@NullMarked
package org.optirag.dataset.synthetic;

import org.jspecify.annotations.NullMarked;

/**
 * What requests may know: an imported data set, and what came after it. A request reads one state,
 * which does not change under it.
 */
@NullMarked
package org.optirag.recommender.knowledge;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.optirag.evaluation;

import org.jspecify.annotations.NullMarked;

@NullMarked
package org.optirag.scoring;

import org.jspecify.annotations.NullMarked;

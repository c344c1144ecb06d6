/** Scoring speed side by side: this system and other engines on the same token ids. */
@NullMarked
package org.optirag.evaluation.bench;

import org.jspecify.annotations.NullMarked;

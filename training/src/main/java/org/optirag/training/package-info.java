/** Training of adapters and exit heads: schedules, early stopping, checkpoints. */
@NullMarked
package org.optirag.training;

import org.jspecify.annotations.NullMarked;

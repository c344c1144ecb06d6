/**
 * The bundle: the directory that holds a trained model, everything that scoring needs but the
 * backbone itself. Each file has an open format, its sha256 stands in bundle.json.
 */
@NullMarked
package org.optirag.scoring.bundle;

import org.jspecify.annotations.NullMarked;

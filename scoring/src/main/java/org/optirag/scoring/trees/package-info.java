/**
 * Boosted trees over the features of a candidate: the model, its file and its predictions, in plain
 * Java. What learns them stands elsewhere, so that whoever only predicts loads no native code.
 */
@NullMarked
package org.optirag.scoring.trees;

import org.jspecify.annotations.NullMarked;

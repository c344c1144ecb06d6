/**
 * What surrounds an impression: similar users by light graph convolution over the user-item graph,
 * and the behaviour, theirs and the user's own, that belongs into the prompt.
 */
@NullMarked
package org.optirag.retrieval;

import org.jspecify.annotations.NullMarked;

/**
 * What a small transformer over a user's history says of candidates: one token an item instead of a
 * title's fifteen to thirty.
 */
@NullMarked
package org.optirag.retrieval.sequence;

import org.jspecify.annotations.NullMarked;

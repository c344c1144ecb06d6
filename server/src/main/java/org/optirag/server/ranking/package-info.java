/** The way of a ranking request: from ids and texts to prompts, through the scorer, to an order. */
@NullMarked
package org.optirag.server.ranking;

import org.jspecify.annotations.NullMarked;

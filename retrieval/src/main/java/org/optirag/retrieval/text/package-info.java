/**
 * What the texts of items say of a candidate without the LLM: vectors of texts, of counted words or
 * of a small sentence embedder, and how alike a candidate is to what the user liked.
 */
@NullMarked
package org.optirag.retrieval.text;

import org.jspecify.annotations.NullMarked;

/** Text to token ids and back. */
@NullMarked
package org.optirag.backbone.tokenizer;

import org.jspecify.annotations.NullMarked;

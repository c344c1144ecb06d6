/** Low-rank adapters of the backbone's matrices, in the layout of Hugging Face PEFT. */
@NullMarked
package org.optirag.backbone.lora;

import org.jspecify.annotations.NullMarked;

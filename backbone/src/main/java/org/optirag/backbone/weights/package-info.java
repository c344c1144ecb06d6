/** Reading model weights: safetensors and GGUF, checked before anything is allocated. */
@NullMarked
package org.optirag.backbone.weights;

import org.jspecify.annotations.NullMarked;

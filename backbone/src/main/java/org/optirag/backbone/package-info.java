/**
 * The LLM whose blocks carry the exit heads: tensors on libtorch, the Llama-architecture forward
 * pass over one context and many candidates, weights and tokenizer. Nothing outside this module
 * imports {@code org.bytedeco}.
 */
@NullMarked
package org.optirag.backbone;

import org.jspecify.annotations.NullMarked;

/**
 * The LLM whose blocks carry the exit heads: tensors on libtorch, the Llama-architecture forward
 * pass over one context and many candidates, weights and tokenizer. Nothing outside this module
 * imports {@code org.bytedeco}.
 *
 * <h2>Who owns a tensor</h2>
 *
 * <p>A tensor is native memory with a counted reference; the collector frees what nobody refers to,
 * but late, as it does not see how large it is. So every tensor is freed by hand:
 *
 * <ul>
 *   <li><b>Within a scope.</b> What is made while a {@link org.bytedeco.javacpp.PointerScope} is
 *       open on the thread goes with the innermost one. Whoever enters from outside this package
 *       opens one; methods that take and give tensors leave theirs in the caller's. {@link
 *       org.optirag.backbone.Tensors#only} frees all of some work but its result.
 *   <li><b>Beyond it.</b> {@link org.optirag.backbone.Tensors#hold} counts one reference more,
 *       {@link org.optirag.backbone.Tensors#release} one less; every hold has one release. What an
 *       object holds for its life it gives to its {@link org.optirag.backbone.Owned}, which
 *       releases it when the object is closed, or at once where its constructor fails: nobody else
 *       could. Closing twice is closing once.
 *   <li><b>Who closes what.</b> Whoever makes a closeable closes it, the later before the earlier:
 *       a pass before its cache, cache and trained model before their backbone. A pass that failed
 *       is closed like any other. Parameters that are "taken over" are the callee's from then on,
 *       also if it fails; those "still the caller's" are never kept. A context in a cache has a
 *       reference for the cache and one for each pass that borrowed it.
 *   <li><b>Between threads.</b> A scope is its thread's: a tensor that another thread reads has to
 *       be held until that thread is done. Counts are atomic, and a tensor that is shared is not
 *       changed any more. Gradients come back as Java's arrays. Operators and constants that are
 *       looked up once are kept for good.
 * </ul>
 *
 * <p>Tests count libtorch's objects before and after, to the last.
 */
@NullMarked
package org.optirag.backbone;

import org.jspecify.annotations.NullMarked;

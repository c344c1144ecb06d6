/**
 * What a language model has to beat: item averages, neighbours, graph embeddings, factorization
 * machines and small networks, learned from the training part and chosen on validation.
 */
@NullMarked
package org.optirag.evaluation.baseline;

import org.jspecify.annotations.NullMarked;

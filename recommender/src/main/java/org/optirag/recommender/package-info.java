/**
 * Bundle and data to ranked items: the one way that the command line, the service, Spark's jobs and
 * users' own programs take. {@link org.optirag.recommender.Recommender} is the front door; {@link
 * org.optirag.recommender.LoadedModel} opens bundles, {@link org.optirag.recommender.Retrievers}
 * makes retrievers, {@link org.optirag.recommender.RequestPrompts} writes prompts.
 */
@NullMarked
package org.optirag.recommender;

import org.jspecify.annotations.NullMarked;

/** Models by name: downloaded once, verified, kept in the cache. */
@NullMarked
package org.optirag.backbone.store;

import org.jspecify.annotations.NullMarked;

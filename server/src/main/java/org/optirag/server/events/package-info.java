/** What the world tells the service: interactions, items, users; durable before acknowledged. */
@NullMarked
package org.optirag.server.events;

import org.jspecify.annotations.NullMarked;

package org.optirag.server.store;

import org.optirag.recommender.knowledge.Event;

/**
 * An event with its place in the order of all events.
 *
 * @param sequence greater than those of all events that were durable before; not without gaps
 * @param received when the service took it, in seconds since 1970 by the service's clock
 * @param event what was told
 */
public record StoredEvent(long sequence, long received, Event event) {}

package org.optirag.dataset;

/**
 * A named text of an item or a user, for instance ("genres", "Drama, War").
 *
 * @param name as the prompt shall call it
 * @param value never blank
 */
public record Field(String name, String value) {}

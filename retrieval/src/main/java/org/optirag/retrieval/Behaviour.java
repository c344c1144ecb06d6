package org.optirag.retrieval;

/**
 * One thing a user did, as a prompt may tell it.
 *
 * @param item the item's number
 * @param rating as given, NaN for clicks
 * @param liked the label
 * @param time seconds since 1970 or place in the source's order
 */
public record Behaviour(int item, float rating, boolean liked, long time) {}

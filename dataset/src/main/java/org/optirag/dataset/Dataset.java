package org.optirag.dataset;

/**
 * A data set in memory.
 *
 * @param name for instance "movielens-100k"
 * @param noun what an item is called in prompts, for instance "movie"
 * @param users ids and profiles
 * @param items ids and texts
 * @param interactions all rows, in order of time
 */
public record Dataset(
    String name, String noun, Users users, Items items, Interactions interactions) {}

package org.optirag.backbone;

/**
 * An exit head in its place.
 *
 * @param block after which block it stands, 1…L
 * @param head norm and rows of No and Yes
 */
public record PlacedHead(int block, ExitHead head) {}

package org.optirag.scoring;

import org.optirag.backbone.PackedPrompt;

/**
 * The prompt of one user and some candidates.
 *
 * @param tokens what the backbone reads: the context and one part for each candidate
 * @param historyTold how many behaviours of the user's history found room
 * @param neighboursTold how many similar users found room
 */
public record Prompt(PackedPrompt tokens, int historyTold, int neighboursTold) {}

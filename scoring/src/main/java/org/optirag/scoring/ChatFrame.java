package org.optirag.scoring;

/**
 * The texts of a chat format. Only they are encoded as frame, with control tokens; all else in a
 * prompt is data.
 *
 * @param beforeInstruction stands first
 * @param beforeContext stands between the instruction and what is told about the user
 * @param beforeAnswer stands last, after the question
 * @param answerPrefix what the model writes before the word Yes or No: a space or nothing
 */
record ChatFrame(
    String beforeInstruction, String beforeContext, String beforeAnswer, String answerPrefix) {}

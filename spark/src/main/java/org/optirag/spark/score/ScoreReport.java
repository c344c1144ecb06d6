package org.optirag.spark.score;

/**
 * What a job did.
 *
 * @param waves scored now; the others were there
 * @param requests contexts that were read
 * @param impressions candidates that were scored, those of tasks that were done again included
 * @param unscored rows whose user or item the data do not know, likewise
 * @param taskSeconds time of all tasks, from their first row to their last, written; the loading of
 *     backbones left out
 * @param scorerSeconds of it, time in the scorer as a single machine has it: retrieval, prompt,
 *     features and the backbone
 */
public record ScoreReport(
    int waves,
    long requests,
    long impressions,
    long unscored,
    double taskSeconds,
    double scorerSeconds) {}

package org.optirag.recommender;

import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.Retriever;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptTexts;

/**
 * From users and items by number to a prompt: retrieve, write, look up the features. Every program
 * that scores goes this way. Safe for use from many threads.
 *
 * @param retriever finds what surrounds the impression
 * @param assembler writes the prompt
 * @param features what the exit heads read beside it
 */
public record PromptPipeline(
    Retriever retriever, PromptAssembler assembler, FeatureSource features) {

  /**
   * What scoring starts from.
   *
   * @param retrieved what the prompt could tell
   * @param prompt what it tells, with the features
   */
  public record Written(Retrieved retrieved, Prompt prompt) {}

  /**
   * Writes the prompt of a user and some candidates.
   *
   * @param texts of all users and items that are told of
   * @param time of the impression: only what lies strictly before it is looked at
   */
  public Written write(PromptTexts texts, int user, int[] candidates, long time, StageClock clock) {
    Retrieved retrieved = clock.time("retrieve", () -> retriever.retrieve(user, candidates, time));
    Prompt tokens =
        clock.time("prompt", () -> assembler.assemble(texts, user, candidates, retrieved));
    float[][] figures = clock.time("features", () -> features.of(user, candidates, time));
    return new Written(retrieved, tokens.withFeatures(figures));
  }
}

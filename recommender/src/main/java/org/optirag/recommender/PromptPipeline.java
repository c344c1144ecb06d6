package org.optirag.recommender;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.Retriever;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptTexts;

/**
 * From users and items by number to a prompt: look up the features, retrieve and write for what
 * they do not decide. Every program that scores goes this way. Safe for use from many threads.
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
   * @param undecided which candidates are to be written, by the features of all of them: see {@link
   *     org.optirag.scoring.Scorer#undecided}
   */
  public Written write(
      PromptTexts texts,
      int user,
      int[] candidates,
      long time,
      Undecided undecided,
      StageClock clock) {
    float[][] figures = clock.time("features", () -> features.of(user, candidates, time));
    int[] places = undecided.of(figures);
    if (places.length == 0) {
      return new Written(Retrieved.NOTHING, Prompt.ofFeatures(figures));
    }
    int[] written = Arrays.stream(places).map(place -> candidates[place]).toArray();
    Retrieved retrieved = clock.time("retrieve", () -> retriever.retrieve(user, written, time));
    Prompt tokens = clock.time("prompt", () -> assembler.assemble(texts, user, written, retrieved));
    return new Written(retrieved, tokens.with(figures, places));
  }

  /** Which candidates of a request the features leave to the LLM. */
  @FunctionalInterface
  public interface Undecided {
    /** All of them. */
    Undecided ALL = features -> IntStream.range(0, features.length).toArray();

    /**
     * Their places, ascending.
     *
     * @param features as the heads read them, [candidates, features]
     */
    int[] of(float[][] features);
  }
}

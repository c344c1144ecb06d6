package org.optirag.evaluation;

import java.util.List;
import org.optirag.backbone.PackedPrompt;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.Retriever;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;

/**
 * The whole way of a request: retrieve, write the prompt, score. Its stages are "retrieve",
 * "prompt" and "score".
 *
 * @param name in tables
 * @param retriever finds what surrounds the impression
 * @param assembler writes the prompt
 * @param scorer reads it
 * @param buildSeconds how long the retriever took to prepare
 */
public record LlmScorer(
    String name, Retriever retriever, PromptAssembler assembler, Scorer scorer, double buildSeconds)
    implements ImpressionScorer {

  /**
   * What one request came to.
   *
   * @param retrieved what the prompt could tell
   * @param prompt what it told
   * @param scores one for each candidate
   */
  public record Answer(Retrieved retrieved, Prompt prompt, List<Score> scores) {}

  @Override
  public double[] score(int user, int[] items, long time, StageTimes times) {
    return answer(user, items, time, times).scores().stream()
        .mapToDouble(Score::probability)
        .toArray();
  }

  /** The same with all that explains it. */
  public Answer answer(int user, int[] items, long time, StageTimes times) {
    Retrieved retrieved = times.time("retrieve", () -> retriever.retrieve(user, items, time));
    Prompt prompt = times.time("prompt", () -> assembler.assemble(user, items, retrieved));
    PackedPrompt tokens = prompt.tokens();
    return new Answer(retrieved, prompt, times.time("score", () -> scorer.score(tokens)));
  }
}

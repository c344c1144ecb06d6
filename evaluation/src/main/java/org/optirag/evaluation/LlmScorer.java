package org.optirag.evaluation;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.Retriever;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;

/**
 * The whole way of a request: retrieve, write the prompt, look up the features, score. Its stages
 * are "retrieve", "prompt", "features" and "score". Safe for use from many threads.
 */
public final class LlmScorer implements ImpressionScorer {
  private final String name;
  private final Retriever retriever;
  private final PromptAssembler assembler;
  private final FeatureSource features;
  private final Scorer scorer;
  private final double buildSeconds;
  private final LongAdder candidates = new LongAdder();
  private final LongAdder blocks = new LongAdder();

  /**
   * @param name in tables
   * @param retriever finds what surrounds the impression
   * @param assembler writes the prompt
   * @param features what the exit heads read beside it
   * @param scorer reads it
   * @param buildSeconds how long the retriever took to prepare
   */
  public LlmScorer(
      String name,
      Retriever retriever,
      PromptAssembler assembler,
      FeatureSource features,
      Scorer scorer,
      double buildSeconds) {
    this.name = name;
    this.retriever = retriever;
    this.assembler = assembler;
    this.features = features;
    this.scorer = scorer;
    this.buildSeconds = buildSeconds;
  }

  /**
   * What one request came to.
   *
   * @param retrieved what the prompt could tell
   * @param prompt what it told
   * @param scores one for each candidate
   */
  public record Answer(Retrieved retrieved, Prompt prompt, List<Score> scores) {}

  @Override
  public String name() {
    return name;
  }

  @Override
  public double buildSeconds() {
    return buildSeconds;
  }

  @Override
  public double meanDepth() {
    return (double) blocks.sum() / candidates.sum() / scorer.depth();
  }

  @Override
  public double[] score(int user, int[] items, long time, StageTimes times) {
    return answer(user, items, time, times).scores().stream()
        .mapToDouble(Score::probability)
        .toArray();
  }

  /** The same with all that explains it. */
  public Answer answer(int user, int[] items, long time, StageTimes times) {
    Retrieved retrieved = times.time("retrieve", () -> retriever.retrieve(user, items, time));
    Prompt tokens = times.time("prompt", () -> assembler.assemble(user, items, retrieved));
    Prompt prompt =
        tokens.withFeatures(times.time("features", () -> features.of(user, items, time)));
    List<Score> scores = times.time("score", () -> scorer.score(prompt));
    candidates.add(scores.size());
    scores.forEach(score -> blocks.add(score.exitBlock()));
    return new Answer(retrieved, prompt, scores);
  }
}

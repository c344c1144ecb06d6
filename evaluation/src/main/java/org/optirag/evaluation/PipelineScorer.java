package org.optirag.evaluation;

import java.util.concurrent.atomic.LongAdder;
import org.optirag.recommender.RankingPipeline;

/** The LLM behind a retriever, as the evaluator measures it. Safe for use from many threads. */
public final class PipelineScorer implements ImpressionScorer {
  private final String name;
  private final RankingPipeline pipeline;
  private final double buildSeconds;
  private final LongAdder candidates = new LongAdder();
  private final LongAdder blocks = new LongAdder();

  /**
   * @param name in tables
   * @param buildSeconds how long the retriever took to prepare
   */
  public PipelineScorer(String name, RankingPipeline pipeline, double buildSeconds) {
    this.name = name;
    this.pipeline = pipeline;
    this.buildSeconds = buildSeconds;
  }

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
    return (double) blocks.sum() / candidates.sum() / pipeline.scorer().depth();
  }

  @Override
  public double[] score(int user, int[] items, long time, StageTimes times) {
    return predict(user, items, time, times).probabilities();
  }

  @Override
  public Predicted predict(int user, int[] items, long time, StageTimes times) {
    return Predicted.of(answer(user, items, time, times).scores());
  }

  /** The same with all that explains it. */
  public RankingPipeline.Answer answer(int user, int[] items, long time, StageTimes times) {
    RankingPipeline.Answer answer = pipeline.answer(user, items, time, times);
    candidates.add(answer.scores().size());
    answer.scores().forEach(score -> blocks.add(score.exitBlock()));
    return answer;
  }
}

package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.optirag.backbone.PackedPrompt;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.PipelineScorer;
import org.optirag.evaluation.Requests.Request;
import org.optirag.evaluation.StageTimes;
import org.optirag.recommender.RankingPipeline;
import org.optirag.scoring.Score;

/**
 * A scorer at full depth that remembers what each head said, so that one pass over impressions
 * measures it and tells what every exit policy would have done; what was asked before is not read
 * again. Safe for use from many threads; keeps the tokens of all requests in memory.
 */
public final class ReadingScorer implements ImpressionScorer {
  private final PipelineScorer scorer;
  private final Map<Asked, Heard> heard = new ConcurrentHashMap<>();

  /**
   * @param scorer whose policy is {@link org.optirag.scoring.ExitPolicy.None}
   */
  public ReadingScorer(PipelineScorer scorer) {
    this.scorer = scorer;
  }

  private record Asked(int user, long time, List<Integer> items) {
    static Asked of(int user, long time, int[] items) {
      return new Asked(user, time, IntStream.of(items).boxed().toList());
    }
  }

  private record Heard(PackedPrompt prompt, List<Score> scores) {}

  @Override
  public String name() {
    return scorer.name();
  }

  @Override
  public double buildSeconds() {
    return scorer.buildSeconds();
  }

  @Override
  public double meanDepth() {
    return scorer.meanDepth();
  }

  @Override
  public double[] score(int user, int[] items, long time, StageTimes times) {
    return predict(user, items, time, times).probabilities();
  }

  @Override
  public Predicted predict(int user, int[] items, long time, StageTimes times) {
    Asked asked = Asked.of(user, time, items);
    Heard before = heard.get(asked);
    if (before != null) {
      return Predicted.of(before.scores);
    }
    RankingPipeline.Answer answer = scorer.answer(user, items, time, times);
    heard.put(asked, new Heard(answer.prompt().tokens(), answer.scores()));
    return Predicted.of(answer.scores());
  }

  /**
   * What the heads said of the impressions that an evaluator had scored.
   *
   * @param depth blocks of the backbone, L
   * @param blocks the blocks that the scorer's heads stand after
   * @throws IllegalArgumentException if the evaluator has requests that were not scored
   */
  public HeadReadings readings(Evaluator evaluator, int depth, List<Integer> blocks) {
    ReadingsCollector collector = new ReadingsCollector(depth, blocks);
    for (Request request : evaluator.requests()) {
      int[] items = request.items(evaluator.scored());
      Heard said = heard.get(Asked.of(request.user(), request.time(), items));
      if (said == null) {
        throw new IllegalArgumentException(
            "user %d was not scored at %d for %s"
                .formatted(request.user(), request.time(), Arrays.toString(items)));
      }
      collector.add(request.user(), said.prompt, request.labels(evaluator.scored()), said.scores);
    }
    return collector.readings();
  }
}

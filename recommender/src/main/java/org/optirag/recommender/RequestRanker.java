package org.optirag.recommender;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;

/**
 * Prompts and what reads them. Safe for use from many threads.
 *
 * @param prompts writes the prompt of a request
 * @param scorer reads it
 */
public record RequestRanker(RequestPrompts prompts, Scorer scorer) {

  /**
   * Ranks the candidates of a request.
   *
   * @throws UnknownItemException if a candidate is not known and the request brings no title
   */
  public Ranking rank(RankRequest request) {
    Clock clock = new Clock();
    PromptSource.Prepared prepared = prompts.prepare(request, scorer::undecided, clock);
    List<Score> scores = clock.time("score", () -> scorer.score(prepared.prompt()));
    List<Ranking.Item> items = new ArrayList<>();
    for (int c = 0; c < scores.size(); c++) {
      items.add(
          new Ranking.Item(
              request.candidates().get(c).id(), prepared.titles().get(c), c, scores.get(c)));
    }
    items.sort(Comparator.comparingDouble(item -> -item.probability()));
    return new Ranking(
        items,
        prepared.time(),
        prepared.history(),
        prepared.neighbours(),
        prepared.prompt(),
        clock.stages);
  }

  private static final class Clock implements StageClock {
    private final Map<String, Duration> stages = new LinkedHashMap<>();

    @Override
    public <T> T time(String stage, Supplier<T> work) {
      long start = System.nanoTime();
      try {
        return work.get();
      } finally {
        stages.put(stage, Duration.ofNanos(System.nanoTime() - start));
      }
    }
  }
}

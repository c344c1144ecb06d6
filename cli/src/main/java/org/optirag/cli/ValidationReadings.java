package org.optirag.cli;

import java.util.List;
import java.util.stream.IntStream;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.LlmScorer;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.Requests.Request;
import org.optirag.evaluation.StageTimes;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.ReadingsCollector;
import org.optirag.scoring.CalibratedHead;
import org.optirag.workspace.Progress;

/** What a bundle's heads say of held-out impressions at full depth. */
final class ValidationReadings {
  private ValidationReadings() {}

  /**
   * Scores impressions with all heads, uncalibrated, several requests at once.
   *
   * @param scorer whose heads are uncalibrated and whose policy is none
   * @param heads of that scorer
   * @param most impressions at most, in whole requests
   */
  static HeadReadings of(
      LlmScorer scorer,
      int depth,
      List<CalibratedHead> heads,
      Interactions impressions,
      Requests.Grouping grouping,
      int most,
      long seed,
      Progress progress) {
    List<Request> requests = Evaluator.of(impressions, grouping, most, seed).requests();
    List<LlmScorer.Answer> answers;
    try (Progress.Task task = progress.begin("read heads", requests.size(), "request")) {
      StageTimes untold = new StageTimes();
      answers =
          requests.parallelStream()
              .map(request -> {
                LlmScorer.Answer answer =
                    scorer.answer(
                        request.user(), items(impressions, request), request.time(), untold);
                task.advance(1);
                return answer;
              })
              .toList();
    }
    ReadingsCollector collector =
        new ReadingsCollector(depth, heads.stream().map(CalibratedHead::block).toList());
    for (int i = 0; i < answers.size(); i++) {
      Request request = requests.get(i);
      boolean[] labels = new boolean[request.rows().size()];
      IntStream.range(0, labels.length)
          .forEach(c -> labels[c] = impressions.label(request.rows().get(c)));
      LlmScorer.Answer answer = answers.get(i);
      collector.add(request.user(), answer.prompt().tokens(), labels, answer.scores());
    }
    return collector.readings();
  }

  private static int[] items(Interactions impressions, Request request) {
    return request.rows().stream().mapToInt(impressions::item).toArray();
  }
}

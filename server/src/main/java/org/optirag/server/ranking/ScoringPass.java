package org.optirag.server.ranking;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.CostModel;

/**
 * Jobs that go through the model together.
 *
 * @param jobs of one model; at least one
 * @param point of the curve that it runs at
 * @param start as {@link System#nanoTime} counts
 */
record ScoringPass(List<Job> jobs, TradeOffPoint point, long start) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  int tokens() {
    return jobs.stream().mapToInt(Job::tokens).sum();
  }

  /**
   * Scores, and answers whoever waits. What it throws leaves jobs without an answer.
   *
   * @param cost learns what it took
   * @param listener is told of it
   */
  void run(CostModel cost, PassListener listener) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    List<Prompt> prompts = jobs.stream().map(Job::prompt).toList();
    RankingModel model = jobs.getFirst().model();
    try {
      List<List<Score>> scores = model.score(point.policy(), prompts, this::requireSomebodyWaits);
      if (scores.size() != prompts.size()) {
        throw new IllegalStateException(
            "%d prompts, scores of %d".formatted(prompts.size(), scores.size()));
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      double cpuSeconds = (THREADS.getCurrentThreadCpuTime() - cpu) / 1e9;
      cost.learn(tokens(), point.requestCost(), seconds);
      for (int i = 0; i < scores.size(); i++) {
        Job job = jobs.get(i);
        try {
          job.done()
              .complete(
                  new Scored(
                      requireNumbers(model, scores.get(i), listener),
                      point,
                      job.secondsSinceArrival(start),
                      seconds,
                      scores.size()));
        } catch (BrokenAnswerException e) {
          job.done().completeExceptionally(e); // of this request alone
        }
      }
      listener.passed(new PassListener.Pass(model, point, prompts, scores, seconds, cpuSeconds));
    } catch (AbandonedException e) {
      double seconds = (System.nanoTime() - start) / 1e9;
      cost.learnAtLeast(tokens(), point.requestCost(), seconds);
      jobs.forEach(job -> job.done().completeExceptionally(new DeadlineException()));
    }
  }

  /**
   * Checks that what is answered are numbers.
   *
   * @throws BrokenAnswerException if one is none; it is counted
   */
  static List<Score> requireNumbers(RankingModel model, List<Score> scores, PassListener listener) {
    if (scores.stream().allMatch(Score::hasNumbers)) {
      return scores;
    }
    listener.failed("not_a_number", 1);
    throw new BrokenAnswerException(model.name());
  }

  /** Asked before every block: a pass that is late for all would only hold up the others. */
  private void requireSomebodyWaits() {
    long now = System.nanoTime();
    if (jobs.stream().allMatch(job -> job.done().isDone() || job.secondsLeft(now) <= 0)) {
      throw new AbandonedException();
    }
  }

  /** Nobody waits for any of a pass's answers. */
  private static final class AbandonedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    AbandonedException() {
      super("nobody waits", null, false, false);
    }
  }
}

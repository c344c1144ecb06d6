package org.optirag.evaluation.bench;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import org.optirag.backbone.PackedPrompt;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;

/**
 * This system.
 *
 * @param policy as in tables
 * @param dtype of the backbone
 * @param cached whether the scorer remembers contexts, so that all rounds but the first find them
 * @param scorer whose heads read {@code features} zeros a candidate; its backbone is not closed
 */
public record OwnContender(String policy, String dtype, boolean cached, Scorer scorer, int features)
    implements Contender {
  /** Of one thread: the whole process's time also has the compiler's, and comes in coarse ticks. */
  private static final ThreadMXBean THREAD = ManagementFactory.getThreadMXBean();

  @Override
  public String name() {
    return "optirag";
  }

  @Override
  public int most() {
    return Integer.MAX_VALUE;
  }

  @Override
  public Run run(PackedPrompt prompt) {
    Prompt read = Prompt.of(prompt).withFeatures(new float[prompt.candidates().size()][features]);
    long cpu = THREAD.getCurrentThreadCpuTime();
    long wall = System.nanoTime();
    List<Score> scores = scorer.score(read);
    return new Run(
        (System.nanoTime() - wall) / 1e9,
        (THREAD.getCurrentThreadCpuTime() - cpu) / 1e9,
        scores.stream().mapToDouble(Score::probability).toArray());
  }

  @Override
  public void close() {
    // The backbone belongs to whoever loaded it.
  }
}

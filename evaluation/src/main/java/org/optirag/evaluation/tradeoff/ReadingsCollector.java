package org.optirag.evaluation.tradeoff;

import java.util.ArrayList;
import java.util.List;
import org.optirag.backbone.PackedPrompt;
import org.optirag.scoring.Score;

/**
 * Gathers {@link HeadReadings} request by request from a scorer whose heads are uncalibrated and
 * whose policy is {@link org.optirag.scoring.ExitPolicy.None}. Not safe for use from several
 * threads at once.
 */
public final class ReadingsCollector {
  /** Beyond this a probability in double precision is 0 or 1. */
  private static final double MOST = 36;

  private final int depth;
  private final List<Integer> blocks;
  private final List<double[]> ratios = new ArrayList<>();
  private final List<Boolean> labels = new ArrayList<>();
  private final List<Integer> users = new ArrayList<>();
  private final List<Integer> requests = new ArrayList<>();
  private final List<Integer> contexts = new ArrayList<>();
  private final List<Integer> candidates = new ArrayList<>();

  /**
   * @param depth blocks of the backbone, L
   * @param blocks the blocks that heads stand after
   */
  public ReadingsCollector(int depth, List<Integer> blocks) {
    this.depth = depth;
    this.blocks = List.copyOf(blocks);
  }

  /**
   * Adds a request.
   *
   * @param labelled labels of the candidates, in order
   * @param scores of the candidates, in order, each with a reading of every head
   */
  public void add(int user, PackedPrompt prompt, boolean[] labelled, List<Score> scores) {
    if (labelled.length != scores.size() || prompt.candidates().size() != scores.size()) {
      throw new IllegalArgumentException(
          "%d candidates, %d labels, %d scores"
              .formatted(prompt.candidates().size(), labelled.length, scores.size()));
    }
    for (int i = 0; i < scores.size(); i++) {
      ratios.add(scores.get(i).trace().stream().mapToDouble(ReadingsCollector::logRatio).toArray());
      labels.add(labelled[i]);
      users.add(user);
      requests.add(contexts.size());
      candidates.add(prompt.candidates().get(i).length);
    }
    contexts.add(prompt.context().length);
  }

  private static double logRatio(Score.Reading reading) {
    double p = reading.probability();
    return Math.clamp(Math.log(p / (1 - p)), -MOST, MOST);
  }

  /** All readings so far. */
  public HeadReadings readings() {
    boolean[] labelled = new boolean[labels.size()];
    for (int row = 0; row < labelled.length; row++) {
      labelled[row] = labels.get(row);
    }
    return new HeadReadings(
        depth,
        blocks,
        ratios.toArray(double[][]::new),
        labelled,
        ints(users),
        ints(requests),
        ints(contexts),
        ints(candidates));
  }

  private static int[] ints(List<Integer> values) {
    return values.stream().mapToInt(Integer::intValue).toArray();
  }
}

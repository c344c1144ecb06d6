package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LlmGainTest {
  private static final long SEED = 20261202;
  private static final int USERS = 150;
  private static final int EACH = 8;

  /**
   * Two heads of users with several requests.
   *
   * @param first the block of the first head
   * @param deeper how much more the second head knows of the label
   */
  private static HeadReadings heads(int first, double deeper) {
    Random random = new Random(SEED);
    int rows = USERS * EACH;
    double[][] ratios = new double[rows][];
    boolean[] labels = new boolean[rows];
    int[] users = new int[rows];
    int[] requests = new int[rows];
    int[] tokens = new int[rows];
    for (int row = 0; row < rows; row++) {
      users[row] = row / EACH;
      requests[row] = row / 4;
      tokens[row] = 10;
      labels[row] = random.nextBoolean();
      double known = (labels[row] ? 0.5 : -0.5) + random.nextGaussian();
      double more = deeper * ((labels[row] ? 1 : -1) + random.nextGaussian());
      ratios[row] = new double[] {known, known + more};
    }
    return new HeadReadings(
        30, List.of(first, 10), ratios, labels, users, requests, new int[rows / 4], tokens);
  }

  private static LlmGain gain(double deeper) {
    HeadReadings readings = heads(0, deeper);
    return LlmGain.of(readings, TradeOff.of(readings, TradeOff.Answer.LAST_HEAD), SEED)
        .orElseThrow();
  }

  @Test
  void aGainThatIsThereIsCertain() {
    LlmGain gain = gain(1);
    assertThat(gain.isCertain()).as(gain.text()).isTrue();
    assertThat(gain.auc().value()).isGreaterThan(0.1);
    assertThat(gain.requestAuc().low()).isPositive();
  }

  @Test
  void headsThatSayTheSameGainNothing() {
    LlmGain gain = gain(0);
    assertThat(gain.isCertain()).as(gain.text()).isFalse();
    assertThat(gain.auc().value()).isCloseTo(0, within(1e-12));
    assertThat(gain.text())
        .isEqualTo("AUC +0.0000 [+0.0000, +0.0000], within requests +0.0000 [+0.0000, +0.0000]");
  }

  @Test
  void withoutAHeadBeforeTheFirstBlockThereIsNothingToGainAgainst() {
    HeadReadings readings = heads(5, 1);
    assertThat(LlmGain.of(readings, TradeOff.of(readings, TradeOff.Answer.LAST_HEAD), SEED))
        .isEmpty();
  }
}

package org.optirag.evaluation.tradeoff;

import java.util.Arrays;
import java.util.List;

/**
 * Learn then Test (Angelopoulos et al., arXiv 2110.01052): finds settings whose true risk is at
 * most epsilon, wrong with a probability of at most delta, from independent losses in [0, 1] of
 * whatever distribution.
 *
 * <p>A setting is tested by betting (Waudby-Smith and Ramdas, "Estimating means of bounded random
 * variables by betting", arXiv 2010.09686): a player who doubts that the risk is above epsilon
 * stakes a share of his capital on every next loss being small. Where the risk is epsilon or more,
 * his capital grows tenfold with a probability of a tenth at most, however he stakes. Small losses
 * of many users make him rich much sooner than they satisfy a bound that knows their mean alone.
 */
final class LearnThenTest {
  /** Shares of the largest stake that are considered. */
  private static final int STAKES = 50;

  /** Of a loss of 1 that nobody has seen, so that all is never staked. */
  private static final double DOUBT = 0.25;

  private LearnThenTest() {}

  /**
   * The losses of one setting.
   *
   * @param fitting by which the first stake is chosen; these prove nothing
   * @param testing independent of the setting and of {@code fitting}, in an order that was fixed
   *     before they were seen
   */
  @SuppressWarnings("ArrayRecordComponent") // Columns, never compared.
  record Losses(double[] fitting, double[] testing) {
    /** Nothing was lost anywhere: the most that so many losses can show. */
    static Losses none(int fitting, int testing) {
      return new Losses(new double[fitting], new double[testing]);
    }
  }

  /**
   * The p-value of "the risk is epsilon or more": one over the largest capital on the way through
   * the tested losses (Ville's inequality). A stake s, of the largest possible, multiplies the
   * capital by 1 − s (loss − ε) / (1 − ε). It is the one that would have done best so far, the
   * fitting losses included ("GRAPA" of the paper).
   */
  static double pValue(Losses losses, double epsilon) {
    double[] grown = new double[STAKES];
    double[] doubted = new double[STAKES];
    for (int i = 0; i < STAKES; i++) {
      doubted[i] = DOUBT * growth(i, 1, epsilon);
    }
    for (double loss : losses.fitting) {
      add(grown, loss, epsilon);
    }
    double capital = 0;
    double most = 0;
    for (double loss : losses.testing) {
      capital += growth(best(grown, doubted), loss, epsilon);
      most = Math.max(most, capital);
      add(grown, loss, epsilon);
    }
    return Math.exp(-most);
  }

  private static void add(double[] grown, double loss, double epsilon) {
    for (int i = 0; i < STAKES; i++) {
      grown[i] += growth(i, loss, epsilon);
    }
  }

  private static int best(double[] grown, double[] doubted) {
    int best = 0;
    for (int i = 1; i < STAKES; i++) {
      if (grown[i] + doubted[i] > grown[best] + doubted[best]) {
        best = i;
      }
    }
    return best;
  }

  /** By how much the logarithm of the capital grows. */
  private static double growth(int stake, double loss, double epsilon) {
    return Math.log1p(-(double) stake / STAKES * (loss - epsilon) / (1 - epsilon));
  }

  /** The smallest epsilon that these losses show with confidence 1 − delta. */
  static double bound(Losses losses, double delta) {
    double low = Arrays.stream(losses.testing).average().orElse(1);
    double high = 1;
    for (int i = 0; i < 40; i++) {
      double middle = (low + high) / 2;
      if (middle < 1 && pValue(losses, middle) > delta) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * Fixed-sequence testing: settings are tested in an order that was fixed before the tested losses
   * were seen, each at level delta, until the first that fails. All before it hold together with
   * confidence 1 − delta.
   *
   * @return how many settings hold
   */
  static int fixedSequence(List<Losses> settings, double epsilon, double delta) {
    for (int setting = 0; setting < settings.size(); setting++) {
      if (pValue(settings.get(setting), epsilon) > delta) {
        return setting;
      }
    }
    return settings.size();
  }
}

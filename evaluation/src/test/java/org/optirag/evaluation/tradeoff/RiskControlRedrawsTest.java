package org.optirag.evaluation.tradeoff;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.tradeoff.RiskControl.Loss;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.workspace.UserException;

/**
 * Draws validation users again and again from a population whose true risks are known. Most users
 * of it have few impressions and some have very many, so that their losses are discrete, and some
 * users' heads err far more often than others'.
 *
 * <p>{@code -Doptirag.redraws=100} takes more redraws and more users; that gave the table of
 * docs/trade-off.md.
 */
class RiskControlRedrawsTest {
  private static final long SEED = 20260911;
  private static final int REDRAWS = Integer.getInteger("optirag.redraws", 4);
  private static final int[] USERS = REDRAWS < 10 ? new int[] {150} : new int[] {150, 400};
  private static final int POPULATION = 2_000;
  private static final double DELTA = 0.1;

  /** What a way to choose did over all redraws. */
  private static final class Tally {
    private final List<Double> risks = new ArrayList<>();
    private double depth;
    private int wrong;

    void add(double risk, double meanDepth, double epsilon) {
      risks.add(risk);
      depth += meanDepth;
      wrong += risk > epsilon ? 1 : 0;
    }

    /** With nothing chosen, candidates run at full depth. */
    double meanDepth() {
      return (depth + REDRAWS - risks.size()) / REDRAWS;
    }

    String text() {
      return String.format(
          Locale.ROOT,
          "risk used %.4f, depth %.3f, nothing chosen %d of %d, promise broken %d",
          risks.stream().mapToDouble(r -> r).average().orElse(0),
          meanDepth(),
          REDRAWS - risks.size(),
          REDRAWS,
          wrong);
    }
  }

  @Test
  void thePromiseIsKeptAndMoreOfItIsUsedThanByTheMeanAlone() {
    for (SyntheticHeads heads : SyntheticHeads.values()) {
      HeadReadings population = population(heads);
      for (int users : USERS) {
        RiskControl control = new RiskControl(Loss.DISAGREEMENT, 0.05, DELTA);
        Tally mean = new Tally();
        Tally betting = new Tally();
        for (int redraw = 0; redraw < REDRAWS; redraw++) {
          HeadReadings drawn = drawn(population, users, new Random(SEED + redraw));
          before(control, drawn, population, mean);
          now(control, drawn, population, betting);
        }
        String figures =
            "%s, %d users, seed %d: mean alone: %s; betting: %s"
                .formatted(heads, users, SEED, mean.text(), betting.text());
        System.out.println(figures);
        assertThat(betting.wrong).as(figures).isLessThanOrEqualTo(mostWrong());
        assertThat(betting.meanDepth()).as(figures).isLessThanOrEqualTo(mean.meanDepth());
        assertThat(betting.risks.size()).as(figures).isGreaterThanOrEqualTo(mean.risks.size());
      }
    }
  }

  /** More than this is seen with a probability of 0.001 where each is wrong with DELTA. */
  private static int mostWrong() {
    double below = 0;
    double term = Math.pow(1 - DELTA, REDRAWS);
    int k = 0;
    while (below + term < 0.999) {
      below += term;
      term *= (double) (REDRAWS - k) / (k + 1) * DELTA / (1 - DELTA);
      k++;
    }
    return k;
  }

  private static void now(
      RiskControl control, HeadReadings drawn, HeadReadings population, Tally tally) {
    try {
      ExitPlan plan = control.plan(drawn, TradeOff.Answer.LAST_HEAD);
      measure(
          control,
          new Calibrated(population, plan.calibrations(), plan.answer()),
          plan.policy(),
          tally);
    } catch (UserException nothing) {
      assertThat(nothing.problem()).startsWith("No early exit");
    }
  }

  private static void before(
      RiskControl control, HeadReadings drawn, HeadReadings population, Tally tally) {
    TradeOff fitted =
        TradeOff.of(drawn.ofUsers(user -> Halves.of(user) == 0), TradeOff.Answer.LAST_HEAD);
    List<ExitPolicy> held =
        HoeffdingBentkus.held(
            control, fitted, drawn.ofUsers(user -> Halves.of(user) == 1), control.epsilon(), DELTA);
    if (!held.isEmpty()) {
      measure(
          control,
          new Calibrated(population, fitted.calibrations(), fitted.answer()),
          held.getLast(),
          tally);
    }
  }

  private static void measure(
      RiskControl control, Calibrated population, ExitPolicy policy, Tally tally) {
    double[] full = population.probabilities(new ExitPolicy.None());
    int[] exits = population.exits(policy);
    double risk = Arrays.stream(control.losses(population, exits, full)).average().orElseThrow();
    HeadReadings readings = population.readings();
    double depth =
        Arrays.stream(exits)
            .mapToDouble(exit -> (double) readings.blocks().get(exit) / readings.depth())
            .average()
            .orElseThrow();
    tally.add(risk, depth, control.epsilon());
  }

  /** Half of the users have one to three impressions, one in a hundred has over a hundred. */
  private static HeadReadings population(SyntheticHeads heads) {
    Random random = new Random(SEED);
    int[] sizes =
        IntStream.range(0, POPULATION)
            .map(user -> (int) Math.min(150, Math.ceil(1.5 * Math.pow(random.nextDouble(), -1))))
            .toArray();
    HeadReadings plain = heads.draw(Arrays.stream(sizes).sum(), 0, SEED);
    double[][] ratios = plain.logRatios();
    int[] users = new int[plain.size()];
    int row = 0;
    for (int user = 0; user < POPULATION; user++) {
      // Nobody's heads are as the others': of one user in five the shallow ones know little.
      double shallow = random.nextInt(5) == 0 ? 0.3 : 1;
      for (int i = 0; i < sizes[user]; i++, row++) {
        users[row] = user;
        for (int head = 0; head < plain.heads() - 2; head++) {
          ratios[row][head] *= shallow;
        }
      }
    }
    return of(plain, ratios, plain.labels(), users);
  }

  /** Users drawn with replacement, each time as somebody new. */
  private static HeadReadings drawn(HeadReadings population, int users, Random random) {
    int[][] rows = new int[POPULATION][];
    int from = 0;
    for (int row = 1; row <= population.size(); row++) {
      if (row == population.size() || population.users()[row] != population.users()[from]) {
        rows[population.users()[from]] = IntStream.range(from, row).toArray();
        from = row;
      }
    }
    List<double[]> ratios = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    List<Boolean> labels = new ArrayList<>();
    for (int user = 0; user < users; user++) {
      for (int row : rows[random.nextInt(POPULATION)]) {
        ratios.add(population.logRatios()[row]);
        labels.add(population.labels()[row]);
        owners.add(user);
      }
    }
    boolean[] taken = new boolean[labels.size()];
    for (int i = 0; i < taken.length; i++) {
      taken[i] = labels.get(i);
    }
    return of(
        population,
        ratios.toArray(double[][]::new),
        taken,
        owners.stream().mapToInt(owner -> owner).toArray());
  }

  private static HeadReadings of(
      HeadReadings like, double[][] ratios, boolean[] labels, int[] users) {
    int[] tokens = new int[users.length];
    Arrays.fill(tokens, 30);
    return new HeadReadings(
        like.depth(),
        like.blocks(),
        ratios,
        labels,
        users,
        users.clone(),
        Arrays.copyOf(tokens, Math.max(1, Arrays.stream(users).max().orElse(0) + 1)),
        tokens);
  }
}

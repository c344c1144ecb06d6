package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.optirag.scoring.ExitPolicy.Entropy;
import org.optirag.scoring.ExitPolicy.Fixed;
import org.optirag.scoring.ExitPolicy.MaxProbability;
import org.optirag.scoring.ExitPolicy.None;
import org.optirag.scoring.ExitPolicy.Patience;
import org.optirag.scoring.ExitPolicy.RatioTrend;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;

class ExitPolicyTest {
  private static final long SEED = 20260901;

  @Test
  void whateverPrintsAPolicyPrintsWhatCanBeParsed() {
    for (String text :
        List.of(
            "none",
            "fixed:2",
            "ratio-trend:1.2,2",
            "max-probability:0.9",
            "entropy:0.3",
            "patience:2",
            "top-k:10,0.8,0.4",
            "budget:5")) {
      ExitPolicy policy = ExitPolicy.parse(text);
      assertThat("under " + policy).isEqualTo("under " + text);
      assertThat(ExitPolicy.parse(policy.toString())).isEqualTo(policy);
    }
  }

  @Test
  void noneNeverStops() {
    assertThat(new None().exits(new double[] {99, 99, 99})).isFalse();
  }

  @Test
  void fixedStopsAtItsHead() {
    assertThat(new Fixed(2).exits(new double[] {9})).isFalse();
    assertThat(new Fixed(2).exits(new double[] {9, 0})).isTrue();
  }

  @Test
  void ratioTrendWantsADecidedConsistentAndGrowingRatio() {
    RatioTrend policy = new RatioTrend(1, 2);
    assertThat(policy.exits(new double[] {5})).as("one head of two").isFalse();
    assertThat(policy.exits(new double[] {0.5, 0.9})).as("undecided").isFalse();
    assertThat(policy.exits(new double[] {0.5, 1.0})).as("at the threshold").isTrue();
    assertThat(policy.exits(new double[] {1.5, 1.2})).as("falling").isFalse();
    assertThat(policy.exits(new double[] {-1, 2})).as("changed its mind").isFalse();
    assertThat(policy.exits(new double[] {-1, -1})).as("steady No").isTrue();
    assertThat(policy.exits(new double[] {3, -1, -2})).as("older heads do not matter").isTrue();
    assertThat(new RatioTrend(1, 1).exits(new double[] {9, -1})).as("one head").isTrue();
  }

  @Test
  void maxProbabilityLooksAtTheLikelierAnswer() {
    double s = Math.log(0.8 / 0.2);
    assertThat(new MaxProbability(0.79).exits(new double[] {-s})).isTrue();
    assertThat(new MaxProbability(0.81).exits(new double[] {s})).isFalse();
  }

  @Test
  void entropyIsThatOfTheAnswer() {
    double s = Math.log(0.9 / 0.1);
    double entropy = -0.9 * Math.log(0.9) - 0.1 * Math.log(0.1);
    assertThat(new Entropy(entropy + 1e-9).exits(new double[] {-s})).isTrue();
    assertThat(new Entropy(entropy - 1e-9).exits(new double[] {s})).isFalse();
    assertThat(new Entropy(Math.log(2) - 1e-9).exits(new double[] {0})).isFalse();
  }

  @Test
  void patienceCountsConfirmations() {
    Patience policy = new Patience(2);
    assertThat(policy.exits(new double[] {1, 1})).isFalse();
    assertThat(policy.exits(new double[] {1, 2, 0.1})).isTrue();
    assertThat(policy.exits(new double[] {1, -1, -1})).isFalse();
    assertThat(policy.exits(new double[] {1, -1, -1, -2})).isTrue();
  }

  @Test
  void aFallingThresholdAsksLessOfDeeperHeads() {
    RatioTrend policy = new RatioTrend(4, 1, 0.5, 0, true);
    assertThat(policy.exits(new double[] {3})).as("4 at the first head").isFalse();
    assertThat(policy.exits(new double[] {3, 1.9})).as("2 at the second").isFalse();
    assertThat(policy.exits(new double[] {3, 1.9, 1})).as("1 at the third").isTrue();
  }

  @Test
  void ratioTrendCountsFromItsCentre() {
    RatioTrend policy = new RatioTrend(1, 2, 1, -3, true);
    assertThat(policy.exits(new double[] {-3.2, -3.5})).as("as rare as usual").isFalse();
    assertThat(policy.exits(new double[] {-2.5, -1.9})).as("likelier than usual").isTrue();
    assertThat(policy.exits(new double[] {-3.5, -4.1})).as("rarer than usual").isTrue();
    assertThat(policy.exits(new double[] {-3.1, -1.9})).as("changed its side").isFalse();
  }

  @Test
  void agreeingHeadsNeedNotGrow() {
    RatioTrend policy = new RatioTrend(1, 2, 1, 0, false);
    assertThat(policy.exits(new double[] {1.5, 1.2})).isTrue();
    assertThat(policy.exits(new double[] {-1.5, 1.2})).isFalse();
  }

  @Test
  void withOneHeadAndAConstantThresholdRatioTrendIsMaxProbabilityIsEntropy() {
    Random random = new Random(SEED);
    for (int i = 0; i < 1000; i++) {
      double threshold = 4 * random.nextDouble();
      double p = 1 / (1 + Math.exp(-threshold));
      double entropy = -p * Math.log(p) - (1 - p) * Math.log(1 - p);
      double[] trace = trace(random);
      boolean exits = new RatioTrend(threshold, 1).exits(trace);
      assertThat(new MaxProbability(p).exits(trace)).as("seed %d, %d", SEED, i).isEqualTo(exits);
      assertThat(new Entropy(entropy).exits(trace)).as("seed %d, %d", SEED, i).isEqualTo(exits);
    }
  }

  @Test
  void aStricterPolicyNeverExitsEarlier() {
    Random random = new Random(SEED + 1);
    for (int i = 0; i < 2000; i++) {
      double[] trace = trace(random);
      double low = 3 * random.nextDouble();
      double high = low + random.nextDouble();
      int few = 1 + random.nextInt(3);
      double slow = 0.5 + 0.5 * random.nextDouble();
      double fast = slow * random.nextDouble();
      double centre = random.nextGaussian();
      List<ExitPolicy> laxToStrict =
          switch (i % 7) {
            case 0 -> List.of(new Fixed(few), new Fixed(few + 1), new None());
            case 1 -> List.of(new Patience(few), new Patience(few + 1), new None());
            case 2 ->
                List.of(new MaxProbability(0.5 + low / 8), new MaxProbability(0.5 + high / 8));
            case 3 -> List.of(new Entropy(high / 8), new Entropy(low / 8));
            case 4 ->
                List.of(
                    new RatioTrend(low, few, slow, centre, i % 2 == 0),
                    new RatioTrend(high, few, slow, centre, i % 2 == 0));
            case 5 ->
                List.of(
                    new RatioTrend(low, few, slow, centre, i % 2 == 0),
                    new RatioTrend(low, few + 1, slow, centre, i % 2 == 0));
            default ->
                List.of(
                    new RatioTrend(high, few, fast, centre, i % 2 == 0),
                    new RatioTrend(high, few, slow, centre, i % 2 == 0));
          };
      int before = 0;
      for (ExitPolicy policy : laxToStrict) {
        int exit = exit(policy, trace);
        assertThat(exit).as("seed %d, %d, %s", SEED, i, policy).isGreaterThanOrEqualTo(before);
        before = exit;
      }
    }
  }

  @Test
  void textAndJsonReadBackAsTheSamePolicy() {
    JsonMapper json = JsonMapper.shared();
    for (String text :
        List.of(
            "none",
            "fixed:3",
            "ratio-trend:1.2,2",
            "top-k:10,0.8,0.4",
            "budget:5",
            "ratio-trend:1.2,2,0.8",
            "ratio-trend:1.2,2,1,-2.5",
            "ratio-trend:1.2,2,1,0,agreeing",
            "max-probability:0.9",
            "entropy:0.3",
            "patience:2")) {
      ExitPolicy policy = ExitPolicy.parse(text);
      assertThat(policy.text()).isEqualTo(text);
      String written = json.writerFor(ExitPolicy.class).writeValueAsString(policy);
      assertThat(json.readValue(written, ExitPolicy.class)).isEqualTo(policy);
      assertThat(written).contains("\"policy\":\"" + policy.family() + "\"");
    }
    assertThat(json.writeValueAsString(ExitPolicy.parse("ratio-trend:1.2,2")))
        .isEqualTo(
            "{\"policy\":\"ratio-trend\",\"threshold\":1.2,\"heads\":2,\"falling\":1.0,"
                + "\"centre\":0.0,\"growing\":true}");
    assertThat(ExitPolicy.parse(" Ratio-Trend:1.2, 2 ")).isEqualTo(new RatioTrend(1.2, 2));
  }

  @Test
  void whatIsNoPolicyIsToldWithTheForms() {
    assertComplains("confidence:0.9", "There is no exit policy \"confidence\".");
    assertComplains("fixed", "The exit policy \"fixed\" has 0 parameters, it takes 1.");
    assertComplains(
        "ratio-trend:1", "The exit policy \"ratio-trend:1\" has 1 parameters, it takes 2 to 5.");
    assertComplains("fixed:two", "In the exit policy \"fixed:two\", \"two\" is no whole number.");
    assertComplains("entropy:low", "In the exit policy \"entropy:low\", \"low\" is no number.");
    assertComplains("fixed:0", "The exit policy's head is 0.");
    assertComplains("max-probability:1.5", "The exit policy's threshold is 1.5.");
    assertComplains("ratio-trend:NaN,2", "The exit policy's threshold is NaN.");
    assertComplains("ratio-trend:1,2,1.5", "The exit policy's falling factor is 1.5.");
    assertComplains(
        "ratio-trend:1,2,1,0,x",
        "In the exit policy \"ratio-trend:1,2,1,0,x\", \"x\" is neither agreeing nor growing.");
    assertComplains("patience:-1", "The exit policy's number of confirmations is -1.");
  }

  private static void assertComplains(String text, String problem) {
    assertThatThrownBy(() -> ExitPolicy.parse(text))
        .isInstanceOfSatisfying(
            UserException.class, e -> assertThat(e.problem()).isEqualTo(problem));
  }

  /** At which head the policy stops, 1…; one beyond the last if it never does. */
  private static int exit(ExitPolicy policy, double[] trace) {
    for (int seen = 1; seen <= trace.length; seen++) {
      if (policy.exits(Arrays.copyOf(trace, seen))) {
        return seen;
      }
    }
    return trace.length + 1;
  }

  private static double[] trace(Random random) {
    double[] trace = new double[1 + random.nextInt(7)];
    double s = 0;
    for (int h = 0; h < trace.length; h++) {
      s += random.nextGaussian();
      trace[h] = s;
    }
    return trace;
  }

  @Test
  void topKStopsWhatIsSurelyInAndWhatIsSurelyOut() {
    ExitPolicy.TopK policy = new ExitPolicy.TopK(2, List.of(1.0, 0.5));
    double[][] seen = {{5}, {3}, {1.5}, {-4}};
    assertThat(policy.stops(seen))
        .as("5 is in, −4 is out, 3 and 1.5 may change places")
        .containsExactly(true, false, false, true);
    double[][] narrower = {{5}, {3, 3}, {1.5, 1.5}, {-4}};
    assertThat(policy.stops(narrower)).containsExactly(true, true, true, true);
    assertThat(policy.exits(new double[] {0})).as("alone it is the best").isTrue();
    assertThat(policy.stops(new double[][] {{0}, {9}})).as("both are wanted").containsOnly(true);
  }

  @Test
  void topKNeverStopsACandidateThatCouldStillChangeTheBest() {
    Random random = new Random(SEED + 1);
    for (int round = 0; round < 300; round++) {
      int n = 1 + random.nextInt(12);
      double margin = random.nextDouble();
      ExitPolicy.TopK policy = new ExitPolicy.TopK(1 + random.nextInt(n), List.of(margin));
      double[][] seen = new double[n][];
      Arrays.setAll(seen, i -> new double[] {random.nextGaussian()});
      boolean[] stops = policy.stops(seen);
      for (int draw = 0; draw < 20; draw++) {
        double[] deepest = new double[n];
        Arrays.setAll(deepest, i -> seen[i][0] + margin * (2 * random.nextDouble() - 1));
        for (int i = 0; i < n; i++) {
          int candidate = i;
          boolean now = rank(deepest, candidate) < policy.k();
          double[] others = deepest.clone();
          for (double own : new double[] {seen[i][0] - margin, seen[i][0] + margin}) {
            others[candidate] = own;
            boolean then = rank(others, candidate) < policy.k();
            assertThat(stops[candidate] && now != then)
                .as("seed %d, round %d, candidate %d", SEED + 1, round, candidate)
                .isFalse();
          }
        }
      }
    }
  }

  private static long rank(double[] scores, int candidate) {
    return Arrays.stream(scores).filter(score -> score > scores[candidate]).count();
  }

  @Test
  void aBudgetLetsTheMostProbableGoOn() {
    ExitPolicy.Budget policy = new ExitPolicy.Budget(2);
    assertThat(policy.stops(new double[][] {{0}, {-1}, {3}, {0}}))
        .as("of equal ones the first")
        .containsExactly(false, true, false, true);
    assertThat(policy.stops(new double[][] {{0, 9}, {-1}, {3, -9}, {0}})).containsOnly(false);
  }
}

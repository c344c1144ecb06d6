package org.optirag.scoring;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The rule that, from the heads seen so far, says go on or stop. The log ratio of a head is s =
 * log(p / (1 − p)) of its calibrated Yes-probability p. After the last head every candidate stops.
 *
 * <p>A policy has a short text, {@link #text}, and a form in JSON: an object with its name under
 * {@code policy} and its parameters.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "policy")
@JsonSubTypes({
  @JsonSubTypes.Type(value = ExitPolicy.None.class, name = "none"),
  @JsonSubTypes.Type(value = ExitPolicy.Fixed.class, name = "fixed"),
  @JsonSubTypes.Type(value = ExitPolicy.RatioTrend.class, name = "ratio-trend"),
  @JsonSubTypes.Type(value = ExitPolicy.MaxProbability.class, name = "max-probability"),
  @JsonSubTypes.Type(value = ExitPolicy.Entropy.class, name = "entropy"),
  @JsonSubTypes.Type(value = ExitPolicy.Patience.class, name = "patience"),
  @JsonSubTypes.Type(value = ExitPolicy.TopK.class, name = "top-k"),
  @JsonSubTypes.Type(value = ExitPolicy.Budget.class, name = "budget")
})
public sealed interface ExitPolicy {
  /**
   * Whether a candidate stops.
   *
   * @param logRatios of the heads seen so far, shallowest first; at least one
   */
  boolean exits(double[] logRatios);

  /**
   * Which candidates of a request stop. Most policies look at each for itself.
   *
   * @param request what the heads have said of all candidates of the request, [candidates][heads
   *     seen]: calibrated log ratios, shallowest first, at least one each; those that stopped
   *     before have seen fewer
   * @return for each candidate whether it stops; what is said of those that stopped before counts
   *     for nothing
   */
  default boolean[] stops(double[][] request) {
    boolean[] stops = new boolean[request.length];
    for (int candidate = 0; candidate < stops.length; candidate++) {
      stops[candidate] = exits(request[candidate]);
    }
    return stops;
  }

  /** Its name: what stands before the colon of {@link #text}. */
  default String family() {
    return PolicyText.family(this);
  }

  /** The policy in a line, for instance {@code ratio-trend:1.2,2}; {@link #parse} reads it. */
  default String text() {
    return PolicyText.of(this);
  }

  /**
   * Reads a policy as a command line gives it: {@code none}, {@code fixed:3}, {@code
   * ratio-trend:1.2,2}, {@code max-probability:0.9}, {@code entropy:0.3}, {@code patience:2},
   * {@code top-k:10,0.8,0.4} or {@code budget:5}.
   *
   * @throws org.optirag.workspace.UserException if there is no such policy, or its parameters are
   *     not what it wants
   */
  static ExitPolicy parse(String text) {
    return PolicyText.parse(text);
  }

  /** Full depth: never stops early. */
  record None() implements ExitPolicy {
    @Override
    public boolean exits(double[] logRatios) {
      return false;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Stops at one head, whatever it says.
   *
   * @param head 1 is the shallowest
   */
  record Fixed(int head) implements ExitPolicy {
    /** Checks the head's number. */
    public Fixed {
      PolicyText.require(head >= 1, "head", head, "a whole number from 1 on");
    }

    @Override
    public boolean exits(double[] logRatios) {
      return logRatios.length >= head;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Stops when the ratio of the positive to the negative prediction is decided and has been
   * consistently so: |s − centre| reaches the head's threshold, the last heads agree in its sign,
   * and it does not fall over them (arXiv 2501.02173).
   *
   * <p>Three things beyond the paper, each off by default. The threshold may fall with depth: a
   * shallow head's word tells less of the deepest one's, so it should be more decided; as {@code
   * falling} goes to 0 this becomes {@link Fixed}. The centre may lie where clicks do. And heads
   * may only have to agree, which noisy heads manage far more often than to grow. With one head and
   * the defaults it is {@link MaxProbability}.
   *
   * @param threshold on |s − centre| at the first head, from 0 on
   * @param heads how many heads must agree, this one counted; at least 1
   * @param falling the threshold of the j-th head is threshold · falling^(j − 1); in (0, 1]
   * @param centre the undecided log ratio: 0, or where clicks are rare the log odds of their rate,
   *     so that rarer than usual and likelier than usual count alike
   * @param growing whether |s − centre| must not fall over the last heads
   */
  record RatioTrend(double threshold, int heads, double falling, double centre, boolean growing)
      implements ExitPolicy {
    /** Checks the parameters. */
    public RatioTrend {
      PolicyText.require(threshold >= 0, "threshold", threshold, "a number from 0 on");
      PolicyText.require(heads >= 1, "number of heads", heads, "a whole number from 1 on");
      PolicyText.require(
          falling > 0 && falling <= 1, "falling factor", falling, "a number in (0, 1]");
      PolicyText.require(Double.isFinite(centre), "centre", centre, "a finite number");
    }

    /** The paper's: one threshold for all heads, undecided at even odds, growing. */
    public RatioTrend(double threshold, int heads) {
      this(threshold, heads, 1, 0, true);
    }

    /** Whether it is as the paper has it: one threshold, even odds, growing. */
    @JsonIgnore
    public boolean isPlain() {
      return falling == 1 && centre == 0 && growing;
    }

    @Override
    public boolean exits(double[] logRatios) {
      int last = logRatios.length - 1;
      if (logRatios.length < heads
          || Math.abs(logRatios[last] - centre) < threshold * Math.pow(falling, last)) {
        return false;
      }
      for (int i = last; i > logRatios.length - heads; i--) {
        double now = logRatios[i] - centre;
        double before = logRatios[i - 1] - centre;
        if (Math.signum(now) != Math.signum(before)
            || (growing && Math.abs(now) < Math.abs(before))) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Stops when the more probable answer is probable enough.
   *
   * @param threshold in [0.5, 1]
   */
  record MaxProbability(double threshold) implements ExitPolicy {
    /** Checks the threshold. */
    public MaxProbability {
      PolicyText.require(
          threshold >= 0.5 && threshold <= 1, "threshold", threshold, "a number from 0.5 to 1");
    }

    @Override
    public boolean exits(double[] logRatios) {
      double s = Math.abs(logRatios[logRatios.length - 1]);
      return 1 / (1 + Math.exp(-s)) >= threshold;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Stops when the answer's entropy is low enough.
   *
   * @param threshold in nats, [0, ln 2]
   */
  record Entropy(double threshold) implements ExitPolicy {
    /** Checks the threshold. */
    public Entropy {
      PolicyText.require(
          threshold >= 0 && threshold <= Math.log(2),
          "threshold",
          threshold,
          "a number of nats from 0 to 0.693");
    }

    @Override
    public boolean exits(double[] logRatios) {
      double s = Math.abs(logRatios[logRatios.length - 1]);
      double p = 1 / (1 + Math.exp(-s));
      // −p ln p − (1 − p) ln(1 − p), with ln p = −ln(1 + e^−s) and ln(1 − p) = ln p − s
      double entropy = Math.log1p(Math.exp(-s)) + (1 - p) * s;
      return entropy <= threshold;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Stops when a number of heads in a row have confirmed the answer of the one before (PABEE, arXiv
   * 2006.04152).
   *
   * @param confirmations at least 1
   */
  record Patience(int confirmations) implements ExitPolicy {
    /** Checks the number. */
    public Patience {
      PolicyText.require(
          confirmations >= 1, "number of confirmations", confirmations, "a whole number from 1 on");
    }

    @Override
    public boolean exits(double[] logRatios) {
      if (logRatios.length <= confirmations) {
        return false;
      }
      for (int i = logRatios.length - confirmations; i < logRatios.length; i++) {
        if (logRatios[i] >= 0 != logRatios[i - 1] >= 0) {
          return false;
        }
      }
      return true;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Lets a candidate go deeper only while it can still change which candidates of its request are
   * the k best. After the j-th head the deepest one's log ratio is taken to lie within s ±
   * margin_j. A candidate whose interval lies above those of all but k − 1 others is in; one that
   * has k others wholly above it is out; both stop.
   *
   * @param k how many candidates matter, at least 1
   * @param margins half widths of the intervals after each head, shallowest first; the last one
   *     serves for deeper heads too
   */
  record TopK(int k, List<Double> margins) implements ExitPolicy {
    /** Checks the parameters. */
    public TopK {
      PolicyText.require(k >= 1, "k", k, "a whole number from 1 on");
      margins = List.copyOf(margins);
      if (margins.isEmpty()) {
        throw new IllegalArgumentException("no margins");
      }
      for (double margin : margins) {
        PolicyText.require(
            margin >= 0 && Double.isFinite(margin), "margin", margin, "a number from 0 on");
      }
    }

    @Override
    public boolean exits(double[] logRatios) {
      return stops(new double[][] {logRatios})[0];
    }

    @Override
    public boolean[] stops(double[][] request) {
      int n = request.length;
      double[] lower = new double[n];
      double[] upper = new double[n];
      for (int i = 0; i < n; i++) {
        int last = request[i].length - 1;
        double margin = margins.get(Math.min(last, margins.size() - 1));
        lower[i] = request[i][last] - margin;
        upper[i] = request[i][last] + margin;
      }
      double[] lowers = lower.clone();
      double[] uppers = upper.clone();
      Arrays.sort(lowers);
      Arrays.sort(uppers);
      boolean[] stops = new boolean[n];
      for (int i = 0; i < n; i++) {
        // It counts among those that may be above it, but never among those that surely are.
        boolean in = above(uppers, lower[i]) - (upper[i] > lower[i] ? 1 : 0) < k;
        stops[i] = in || above(lowers, upper[i]) >= k;
      }
      return stops;
    }

    /** How many of the values are greater. */
    private static int above(double[] ascending, double value) {
      int low = 0;
      int high = ascending.length;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (ascending[middle] > value) {
          high = middle;
        } else {
          low = middle + 1;
        }
      }
      return ascending.length - low;
    }

    @Override
    public String toString() {
      return text();
    }
  }

  /**
   * Lets so many candidates of a request go beyond the first head, those that it finds most
   * probable: what is far down is not worth reading.
   *
   * @param candidates at least 1
   */
  record Budget(int candidates) implements ExitPolicy {
    /** Checks the number. */
    public Budget {
      PolicyText.require(
          candidates >= 1, "number of candidates", candidates, "a whole number from 1 on");
    }

    @Override
    public boolean exits(double[] logRatios) {
      return false;
    }

    @Override
    public boolean[] stops(double[][] request) {
      boolean[] stops = new boolean[request.length];
      boolean first = Arrays.stream(request).allMatch(seen -> seen.length == 1);
      if (first) {
        IntStream.range(0, request.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -request[i][0]))
            .skip(candidates)
            .forEach(i -> stops[i] = true);
      }
      return stops;
    }

    @Override
    public String toString() {
      return text();
    }
  }
}

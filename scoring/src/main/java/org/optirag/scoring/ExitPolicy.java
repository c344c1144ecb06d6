package org.optirag.scoring;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

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
  @JsonSubTypes.Type(value = ExitPolicy.Patience.class, name = "patience")
})
public sealed interface ExitPolicy {
  /**
   * Whether a candidate stops.
   *
   * @param logRatios of the heads seen so far, shallowest first; at least one
   */
  boolean exits(double[] logRatios);

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
   * ratio-trend:1.2,2}, {@code max-probability:0.9}, {@code entropy:0.3} or {@code patience:2}.
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
  }
}

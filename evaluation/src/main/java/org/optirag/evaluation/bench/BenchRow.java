package org.optirag.evaluation.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A setting of this system beside a peer on one workload.
 *
 * @param workload its name
 * @param candidates how many it has
 * @param contextTokens tokens of its context
 * @param tokens of the context and all candidates
 * @param policy of this system; "none" is full depth
 * @param dtype of this system
 * @param cached whether the context was read before and remembered
 * @param candidatesPerSecond of this system, at the median of the rounds' times
 * @param largestDifference of a probability from f32's; null under a policy
 * @param peer the other engine and how it reads; null where there is none
 * @param peerDtype its number type or quantization
 * @param peerCandidates how many of the candidates it was given
 * @param peerCandidatesPerSecond its speed
 * @param peerLargestDifference of its probabilities from f32's
 * @param ratio of the speeds, ours to its, the median over the rounds
 * @param rounds how many
 * @param spread least and greatest ratio of a round
 */
public record BenchRow(
    String workload,
    int candidates,
    int contextTokens,
    int tokens,
    String policy,
    String dtype,
    boolean cached,
    double candidatesPerSecond,
    @Nullable Double largestDifference,
    @Nullable String peer,
    @Nullable String peerDtype,
    @Nullable Integer peerCandidates,
    @Nullable Double peerCandidatesPerSecond,
    @Nullable Double peerLargestDifference,
    @Nullable Double ratio,
    int rounds,
    List<Double> spread) {
  private static final String FORMAT = "%-9s %-16s %-5s %10s %8s | %-17s %-5s %10s %8s | %6s  %s";

  /** Copies the list. */
  public BenchRow {
    spread = List.copyOf(spread);
  }

  /** Lines for a terminal, with a head. */
  public static List<String> table(List<BenchRow> rows) {
    List<String> lines = new ArrayList<>();
    lines.add(
        FORMAT.formatted(
            "workload",
            "policy",
            "dtype",
            "cand/s",
            "max |dp|",
            "peer",
            "dtype",
            "cand/s",
            "max |dp|",
            "ratio",
            "spread"));
    rows.forEach(row -> lines.add(row.line().stripTrailing()));
    return lines;
  }

  private String line() {
    return FORMAT.formatted(
        workload,
        policy + (cached ? ", cached" : ""),
        dtype,
        shown("%.2f", candidatesPerSecond),
        shown("%.4f", largestDifference),
        peer == null ? "-" : peer,
        peerDtype == null ? "" : peerDtype,
        shown("%.2f", peerCandidatesPerSecond),
        shown("%.4f", peerLargestDifference),
        shown("%.2f", ratio),
        spread.isEmpty()
            ? ""
            : shown("%.2f", spread.getFirst()) + " to " + shown("%.2f", spread.getLast()));
  }

  private static String shown(String format, @Nullable Double value) {
    return value == null ? "-" : String.format(Locale.ROOT, format, value);
  }
}

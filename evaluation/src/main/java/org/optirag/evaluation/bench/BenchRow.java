package org.optirag.evaluation.bench;

import java.util.List;
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
    List<Double> spread) {}

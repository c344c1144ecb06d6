package org.optirag.evaluation.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.PackedPrompt;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Scores workloads with several engines in turns, so that whatever else the machine does meets all
 * of them alike.
 *
 * @param ours this system in several settings
 * @param peers the others; each is set beside each of ours
 * @param reference says what the published LLM answers in f32; not timed
 * @param rounds after one to warm up
 * @param clock what counts as time
 */
public record SideBySide(
    List<Contender> ours, List<Contender> peers, Contender reference, int rounds, Clock clock) {

  /** A contender that is so many times slower than the fastest on a short prompt is not timed. */
  private static final double SLOWEST = 10;

  /** What counts as time. */
  public enum Clock {
    /** What passes; right on an idle machine. */
    WALL,
    /** What the processor works; for one thread an operation, on a busy machine. */
    CPU;

    double of(Contender.Run run) {
      return this == WALL ? run.wall() : run.cpu();
    }
  }

  /** One engine on one workload: seconds of each round, and what it said. */
  private record Timed(int candidates, double[] seconds, double[] probabilities) {
    double perSecond(int round) {
      return candidates / seconds[round];
    }
  }

  /**
   * What came of a workload.
   *
   * @param rows one for each of ours with each peer, and one without where there is none
   * @param lost the peers that broke off, and why; they have no rows
   */
  public record Outcome(List<BenchRow> rows, List<String> lost) {}

  /**
   * Those that are worth timing.
   *
   * @param dropped a line for each that is not
   */
  public record Screened(SideBySide bench, List<String> dropped) {}

  /**
   * Leaves out contenders that are over ten times slower than the fastest: with them, a comparison
   * would take hours and say no more.
   *
   * @param prompt short and of one candidate, so that nothing is shared or left early
   */
  public Screened screen(PackedPrompt prompt) {
    Map<Contender, Double> seconds = new LinkedHashMap<>();
    List<Contender> all = new ArrayList<>(ours);
    all.addAll(peers);
    List<String> dropped = new ArrayList<>();
    for (Contender contender : all) {
      try {
        clock.of(contender.run(prompt)); // to warm up
        seconds.put(contender, clock.of(contender.run(prompt)));
      } catch (UserException e) {
        dropped.add("%s:%s: %s".formatted(contender.name(), contender.dtype(), e.problem()));
      }
    }
    double best =
        seconds.entrySet().stream()
            .filter(entry -> entry.getKey().policy().equals("none") && !entry.getKey().cached())
            .mapToDouble(Map.Entry::getValue)
            .min()
            .orElse(Double.POSITIVE_INFINITY);
    seconds.forEach((contender, taken) -> {
      if (taken > SLOWEST * best) {
        dropped.add(
            "%s:%s: %.0f times slower than the fastest on a short prompt"
                .formatted(contender.name(), contender.dtype(), taken / best));
      }
    });
    seconds.values().removeIf(taken -> taken > SLOWEST * best);
    return new Screened(
        new SideBySide(
            ours.stream().filter(seconds::containsKey).toList(),
            peers.stream().filter(seconds::containsKey).toList(),
            reference,
            rounds,
            clock),
        dropped);
  }

  /** Runs a workload. */
  public Outcome run(Workload workload, Progress.Task task) {
    Map<Contender, Timed> timed = new LinkedHashMap<>();
    List<Contender> all = new ArrayList<>(ours);
    all.addAll(peers);
    List<String> lost = new ArrayList<>();
    for (Contender contender : all) {
      PackedPrompt prompt = workload.first(contender.most());
      Contender.@Nullable Run first = attempt(contender, workload, lost);
      if (first != null) {
        int candidates = prompt.candidates().size();
        timed.put(contender, new Timed(candidates, new double[rounds], first.probabilities()));
      }
    }
    for (int round = 0; round < rounds; round++) {
      for (Contender contender : all) {
        if (timed.containsKey(contender)) {
          Contender.@Nullable Run run = attempt(contender, workload, lost);
          if (run == null) {
            timed.remove(contender);
          } else {
            get(timed, contender).seconds[round] = clock.of(run);
          }
        }
        task.advance(1);
      }
    }
    List<Contender> there = peers.stream().filter(timed::containsKey).toList();
    double[] right = reference.run(workload.prompt()).probabilities();
    List<BenchRow> rows = new ArrayList<>();
    for (Contender own : ours) {
      if (there.isEmpty()) {
        rows.add(row(workload, own, get(timed, own), null, null, right));
      }
      for (Contender peer : there) {
        rows.add(row(workload, own, get(timed, own), peer, get(timed, peer), right));
      }
    }
    return new Outcome(rows, lost);
  }

  /** Null, and a line more in {@code lost}, if a peer breaks off: the others go on. */
  private Contender.@Nullable Run attempt(
      Contender contender, Workload workload, List<String> lost) {
    PackedPrompt prompt = workload.first(contender.most());
    if (!peers.contains(contender)) {
      return contender.run(prompt);
    }
    try {
      return contender.run(prompt);
    } catch (UserException e) {
      lost.add(
          "%s:%s on %s: %s"
              .formatted(contender.name(), contender.dtype(), workload.name(), e.problem()));
      return null;
    }
  }

  private static Timed get(Map<Contender, Timed> timed, Contender contender) {
    return Objects.requireNonNull(timed.get(contender));
  }

  private BenchRow row(
      Workload workload,
      Contender own,
      Timed mine,
      @Nullable Contender peer,
      @Nullable Timed theirs,
      double[] right) {
    double[] ratios = new double[theirs == null ? 0 : rounds];
    for (int round = 0; round < ratios.length; round++) {
      ratios[round] = mine.perSecond(round) / Objects.requireNonNull(theirs).perSecond(round);
    }
    Arrays.sort(ratios);
    return new BenchRow(
        workload.name(),
        workload.candidates(),
        workload.prompt().context().length,
        workload.prompt().tokens(),
        own.policy(),
        own.dtype(),
        own.cached(),
        perSecond(mine),
        own.policy().equals("none") ? difference(mine, right) : null,
        peer == null ? null : peer.name(),
        peer == null ? null : peer.dtype(),
        theirs == null ? null : theirs.candidates,
        theirs == null ? null : perSecond(theirs),
        theirs == null ? null : difference(theirs, right),
        ratios.length == 0 ? null : median(ratios),
        rounds,
        ratios.length == 0 ? List.of() : List.of(ratios[0], ratios[ratios.length - 1]));
  }

  private static double perSecond(Timed timed) {
    double[] sorted = timed.seconds.clone();
    Arrays.sort(sorted);
    return timed.candidates / median(sorted);
  }

  private static double median(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** The largest change of a probability against f32. */
  private static double difference(Timed timed, double[] right) {
    double largest = 0;
    for (int c = 0; c < timed.probabilities.length; c++) {
      largest = Math.max(largest, Math.abs(timed.probabilities[c] - right[c]));
    }
    return largest;
  }
}

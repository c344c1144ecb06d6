package org.optirag.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.PackedPrompt;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** Turns and ratios, with engines whose times are known. */
class SideBySideTest {
  private static final Workload FOUR =
      new Workload(
          "4x2",
          new PackedPrompt(
              new int[] {1, 2},
              List.of(new int[] {3}, new int[] {4}, new int[] {5}, new int[] {6})));

  private final List<String> turns = new ArrayList<>();

  /** Takes the given seconds, the first of them in the round to warm up. */
  private class Timed implements Contender {
    private final String name;
    private final int most;
    private final double[] wall;
    private final double said;
    private int run;

    Timed(String name, int most, double said, double... wall) {
      this.name = name;
      this.most = most;
      this.said = said;
      this.wall = wall;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String policy() {
      return "none";
    }

    @Override
    public String dtype() {
      return "F32";
    }

    @Override
    public boolean cached() {
      return false;
    }

    @Override
    public int most() {
      return most;
    }

    @Override
    public Run run(PackedPrompt prompt) {
      turns.add(name);
      double[] probabilities = new double[prompt.candidates().size()];
      for (int c = 0; c < probabilities.length; c++) {
        probabilities[c] = 0.5 + c * said;
      }
      double seconds = wall[Math.min(run++, wall.length - 1)];
      return new Run(seconds, 10 * seconds, probabilities);
    }

    @Override
    public void close() {
      // Nothing is open.
    }
  }

  private List<BenchRow> rows(List<Contender> ours, List<Contender> peers, SideBySide.Clock clock) {
    Contender reference = new Timed("reference", 99, 0, 1);
    try (Progress.Task task = Progress.silent().begin("test", 1, "turn")) {
      return new SideBySide(ours, peers, reference, 3, clock).run(FOUR, task).rows();
    }
  }

  @Test
  void aPeerThatBreaksOffIsToldAndTheOthersGoOn() {
    Contender own = new Timed("own", 99, 0, 1);
    Contender steady = new Timed("steady", 9, 0, 4);
    Contender breaking =
        new Timed("breaking", 9, 0, 4) {
          private int runs;

          @Override
          public Run run(PackedPrompt prompt) {
            if (++runs == 3) {
              throw new UserException("It ended.", "");
            }
            return super.run(prompt);
          }
        };
    Contender reference = new Timed("reference", 99, 0, 1);
    List<Contender> peers = List.of(breaking, steady);
    try (Progress.Task task = Progress.silent().begin("test", 1, "turn")) {
      SideBySide.Outcome outcome =
          new SideBySide(List.of(own), peers, reference, 3, SideBySide.Clock.WALL).run(FOUR, task);
      assertThat(outcome.rows()).extracting(BenchRow::peer).containsExactly("steady");
      assertThat(outcome.rows().getFirst().ratio()).isEqualTo(4);
      assertThat(outcome.lost()).containsExactly("breaking:F32 on 4x2: It ended.");
    }
    assertThat(turns).filteredOn("breaking"::equals).hasSize(2);
    assertThat(turns).filteredOn("steady"::equals).hasSize(4);
  }

  @Test
  void oneThatIsOverTenTimesSlowerIsDroppedWithAWordBeforeTheRounds() {
    Contender own = new Timed("own", 99, 0, 1);
    Contender slow = new Timed("slow", 9, 0, 11);
    Contender slowly = new Timed("slowly", 9, 0, 10);
    Contender reference = new Timed("reference", 99, 0, 1);
    SideBySide.Screened screened =
        new SideBySide(List.of(own), List.of(slow, slowly), reference, 3, SideBySide.Clock.WALL)
            .screen(FOUR.first(1));
    assertThat(screened.dropped())
        .containsExactly("slow:F32: 11 times slower than the fastest on a short prompt");
    assertThat(screened.bench().peers()).containsExactly(slowly);
    assertThat(screened.bench().ours()).containsExactly(own);
    assertThat(turns).filteredOn("slow"::equals).hasSize(2);
  }

  @Test
  void ratiosAreOfTheSameRoundAndTheirMedianCounts() {
    Contender own = new Timed("own", 99, 0.01, 100, 1, 2, 4);
    Contender peer = new Timed("peer", 2, 0.1, 100, 3, 3, 20);
    BenchRow row = rows(List.of(own), List.of(peer), SideBySide.Clock.WALL).getFirst();
    assertThat(turns)
        .containsExactly("own", "peer", "own", "peer", "own", "peer", "own", "peer", "reference");
    // Candidates a second: 4, 2, 1 against 2/3, 2/3, 1/10.
    assertThat(row.candidatesPerSecond()).isEqualTo(2);
    assertThat(row.peerCandidatesPerSecond()).isCloseTo(2.0 / 3, within(1e-12));
    assertThat(row.peerCandidates()).isEqualTo(2);
    assertThat(row.ratio()).isCloseTo(6, within(1e-12));
    assertThat(row.spread().get(0)).isCloseTo(3, within(1e-12));
    assertThat(row.spread().get(1)).isCloseTo(10, within(1e-12));
    assertThat(row.largestDifference()).isCloseTo(0.03, within(1e-12));
    assertThat(row.peerLargestDifference()).isCloseTo(0.1, within(1e-12));
  }

  @Test
  void theTableSaysWhatTheRowsDo() {
    Contender own = new Timed("own", 99, 0.01, 1);
    Contender peer = new Timed("peer", 2, 0.1, 1);
    List<String> lines = BenchRow.table(rows(List.of(own), List.of(peer), SideBySide.Clock.WALL));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1).split("[ |]+"))
        .containsExactly(
            "4x2", "none", "F32", "4.00", "0.0300", "peer", "F32", "2.00", "0.1000", "2.00", "2.00",
            "to", "2.00");
    List<String> alone = BenchRow.table(rows(List.of(own), List.of(), SideBySide.Clock.WALL));
    assertThat(alone.get(1)).contains("4.00").doesNotContain("null");
  }

  @Test
  void theProcessorsClockIsAnother() {
    Contender own = new Timed("own", 99, 0, 1);
    BenchRow row = rows(List.of(own), List.of(), SideBySide.Clock.CPU).getFirst();
    assertThat(row.candidatesPerSecond()).isCloseTo(0.4, within(1e-12));
    assertThat(row.peer()).isNull();
    assertThat(row.ratio()).isNull();
  }

  @Test
  void everyOneOfOursStandsBesideEveryPeer() {
    List<Contender> ours = List.of(new Timed("a", 99, 0, 1), new Timed("b", 99, 0, 2));
    List<Contender> peers = List.of(new Timed("x", 9, 0, 4), new Timed("y", 9, 0, 8));
    assertThat(rows(ours, peers, SideBySide.Clock.WALL))
        .extracting(BenchRow::ratio)
        .containsExactly(4.0, 8.0, 2.0, 4.0);
  }
}

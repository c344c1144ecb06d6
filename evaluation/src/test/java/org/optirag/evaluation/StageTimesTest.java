package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.StageTimes.StageTime;

final class StageTimesTest {
  @Test
  void percentilesAreThoseOfTheRecordedTimes() {
    StageTimes times = new StageTimes();
    for (int millis = 1; millis <= 100; millis++) {
      times.record("score", TimeUnit.MILLISECONDS.toNanos(millis));
    }
    StageTime score = times.stages().getFirst();
    assertThat(score.count()).isEqualTo(100);
    assertThat(score.mean()).isCloseTo(50.5, within(0.1));
    assertThat(score.p50()).isCloseTo(50, within(0.1));
    assertThat(score.p95()).isCloseTo(95, within(0.2));
    assertThat(score.p99()).isCloseTo(99, within(0.2));
  }

  @Test
  void stagesKeepTheOrderInWhichTheyFirstCame() {
    StageTimes times = new StageTimes();
    for (String stage : List.of("retrieve", "prompt", "score", "retrieve", "prompt")) {
      times.time(stage, () -> stage);
    }
    assertThat(times.stages())
        .extracting(StageTime::stage)
        .containsExactly("retrieve", "prompt", "score");
    assertThat(times.stages()).extracting(StageTime::count).containsExactly(2L, 2L, 1L);
  }

  @Test
  void workThatFailsIsTimedAndItsErrorPassesThrough() {
    StageTimes times = new StageTimes();
    assertThatThrownBy(() ->
            times.time(
                "score",
                () -> {
                  throw new IllegalStateException("boom");
                }))
        .hasMessage("boom");
    assertThat(times.stages().getFirst().count()).isEqualTo(1);
  }

  @Test
  void manyThreadsLoseNoTime() {
    StageTimes times = new StageTimes();
    IntStream.range(0, 10_000).parallel().forEach(i -> times.record("s" + i % 3, i));
    assertThat(times.stages().stream().mapToLong(StageTime::count).sum()).isEqualTo(10_000);
  }

  @Test
  void moreThanAnHourCountsAsAnHour() {
    StageTimes times = new StageTimes();
    times.record("train", TimeUnit.DAYS.toNanos(2));
    assertThat(times.stages().getFirst().p50()).isCloseTo(3.6e6, within(3.6e3));
  }
}

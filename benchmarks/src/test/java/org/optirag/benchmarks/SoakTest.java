package org.optirag.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;

/** The short form of {@code benchmarks/run serving soak}: the real service, two minutes of load. */
@EnabledOnOs(LINUX)
@Timeout(600)
class SoakTest {
  private static final int PARTS = 4;
  private static final Duration DEADLINE = Duration.ofSeconds(10);
  private static final int CANDIDATES = 5;

  /** Heap, weights, contexts, and room for what a pass needs; without a bound it would grow on. */
  private static final long MOST_MEGABYTES = 2500;

  @Test
  void twoMinutesOfLoadLoseNothingAndBreakNothing(@TempDir Path directory)
      throws IOException, InterruptedException {
    List<String> arguments =
        List.of(
            "--bundle",
            Optirag.BUNDLE.toString(),
            "--policy",
            "none",
            "--context-cache",
            "64",
            "--renewal",
            "10",
            "--data-dir",
            directory.resolve("data").toString());
    try (ServiceProcess service =
            new ServiceProcess(Optirag.launcher(), 18_081, directory.resolve("log"), arguments);
        LoadGenerator load = LoadGenerator.of(service, CANDIDATES, "", 20251126)) {
      double capacity = load.closed(2, 10, DEADLINE).goodput();
      Soak soak =
          new Soak(
              service,
              load,
              0.7 * capacity,
              Integer.getInteger("soak.seconds", 120) / (double) PARTS,
              DEADLINE);
      long answered = 0;
      for (int part = 0; part < PARTS; part++) {
        LoadGenerator.Phase phase = soak.run();
        assertThat(phase.failed()).as("%s", phase).isZero();
        assertThat(service.residentMegabytes()).isLessThan(MOST_MEGABYTES);
        answered += phase.answered();
      }
      assertThat(answered).isPositive();
      assertThat(soak.refused()).isZero();
      assertThat(soak.acknowledged()).isPositive();
      assertThat(service.metric("optirag_live_events")).isEqualTo(soak.acknowledged());
    }
  }
}

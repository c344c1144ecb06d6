package org.optirag.workbench.bench;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.bench.SideBySide;
import org.optirag.workspace.UserException;

class BenchmarkTest {
  private static BenchmarkSettings settings(String peer, int rounds) {
    return new BenchmarkSettings(
        List.of("single"),
        List.of(peer),
        "python",
        null,
        rounds,
        SideBySide.Clock.WALL,
        false,
        Path.of("out"));
  }

  @Test
  void whatCannotBeTimedIsToldBeforeAnythingIsLoaded() {
    assertThatThrownBy(() -> settings("lama.cpp", 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no peer \"lama.cpp\"");
    assertThatThrownBy(() -> settings("", 0))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("0 rounds are not possible");
    assertThatThrownBy(() -> Benchmark.requireGrowth(List.of("users", "teapots")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no growth curve \"teapots\"");
  }
}

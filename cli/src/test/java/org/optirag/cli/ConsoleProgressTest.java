package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.optirag.workspace.Progress;

final class ConsoleProgressTest {
  private static String told(boolean terminal, long total, long done, String unit, String remark) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    PrintStream err = new PrintStream(bytes, true, StandardCharsets.UTF_8);
    try (Progress.Task task = new ConsoleProgress(err, terminal).begin("score", total, unit)) {
      task.advance(done);
      task.note(remark);
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  private static String line(long total, long done, String unit) {
    return told(false, total, done, unit, "");
  }

  @Test
  void whatIsCountedIsPluralUnlessThereIsOne() {
    assertThat(line(148, 148, "impression")).startsWith("score: 148 of 148 impressions in ");
    assertThat(line(1, 0, "step")).startsWith("score: 0 of 1 step in ");
    assertThat(line(2, 1, "entry")).startsWith("score: 1 of 2 entries in ");
    assertThat(line(-1, 1, "rows")).startsWith("score: 1 row in ");
    assertThat(line(-1, 3, "rows")).startsWith("score: 3 rows in ");
    assertThat(line(-1, 3, "s")).startsWith("score: 3 s in ");
    assertThat(line(2_000_000, 1_000_000, "B")).startsWith("score: 1.0 of 2.0 MB in ");
  }

  @Test
  void aBarCountsInTheSameWords() {
    assertThat(told(true, 148, 148, "impression", "")).contains("impressions");
    assertThat(told(true, 1, 1, "step", "")).contains("step").doesNotContain("steps");
  }

  @Test
  void aRemarkThatSaysNothingLeavesNoBrackets() {
    assertThat(told(false, 1, 1, "setting", "")).doesNotContain("(");
    assertThat(told(false, 1, 1, "setting", "AUC 0.4455")).contains(" s (AUC 0.4455)");
  }
}

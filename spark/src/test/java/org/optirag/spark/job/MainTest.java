package org.optirag.spark.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"nosuch", "nosuch --help", "--help nosuch", "help nosuch", "nosuch --version"})
  void aJobThatThereIsNotIsNamedWhateverElseIsAsked(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString())
        .startsWith("optirag-spark: ")
        .contains("'nosuch'")
        .contains("--help");
  }

  @Test
  void anUnknownFlagIsNamedToo() {
    assertThat(run("score", "--nosuch", "--help")).isEqualTo(2);
    assertThat(err.toString()).contains("--nosuch").contains("optirag-spark score --help");
  }

  @Test
  void everyJobHelps() {
    for (String job : Main.commandLine().getSubcommands().keySet()) {
      assertThat(run(job, "--help")).as(job).isZero();
    }
  }
}

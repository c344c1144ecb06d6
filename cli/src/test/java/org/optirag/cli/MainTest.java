package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.optirag.workspace.UserException;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(CommandLine command, String... arguments) {
    return command
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  @Test
  void helpNamesTheFirstCommandToTry() {
    assertThat(run(Main.commandLine(), "--help")).isZero();
    assertThat(out.toString()).contains("Start with: optirag demo");
  }

  @Test
  void everyCommandHelps() {
    helps(Main.commandLine());
  }

  private void helps(CommandLine command) {
    for (Map.Entry<String, CommandLine> each : command.getSubcommands().entrySet()) {
      CommandLine.Model.CommandSpec spec = each.getValue().getCommandSpec();
      assertThat(spec.findOption("--help")).as(spec.qualifiedName()).isNotNull();
      assertThat(spec.usageMessage().description()).as(spec.qualifiedName()).isNotEmpty();
      helps(each.getValue());
    }
  }

  @Test
  void aMistypedCommandIsAUserErrorInTwoLines() {
    assertThat(run(Main.commandLine(), "demmo")).isEqualTo(2);
    assertThat(err.toString()).contains("demmo").contains("--help").doesNotContain("\tat ");
  }

  @Test
  void aUserErrorTellsProblemAndWayOutWithoutStackTrace() {
    CommandLine command = Main.commandLine();
    command.addSubcommand(new Failing(new UserException("The tea is cold.", "Boil water.")));
    assertThat(run(command, "fail")).isEqualTo(2);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("optirag: The tea is cold.\n  Boil water.\n");
  }

  @Test
  void aFaultOfOursIsOneLineAndExitCodeOne() {
    CommandLine command = Main.commandLine();
    command.addSubcommand(new Failing(new IllegalStateException("broken")));
    assertThat(run(command, "fail")).isEqualTo(1);
    assertThat(err.toString()).contains("broken").doesNotContain("\tat ");
  }

  @Command(name = "fail")
  private record Failing(RuntimeException error) implements Callable<Integer> {
    @Override
    public Integer call() {
      throw error;
    }
  }
}

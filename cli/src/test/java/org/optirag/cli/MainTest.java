package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.workspace.UserException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

final class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  private int code;

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

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nosuch",
        "nosuch --help",
        "nosuch -h",
        "--help nosuch",
        "nosuch --version",
        "nosuch rank --help",
        "help nosuch",
        "data nosuch",
        "data nosuch --help",
        "model nosuch -h",
        "config nosuch --help",
        "data import --nosuch",
        "rank --nosuch",
        "rank --nosuch --help",
        "rank --user 1 --items 2 nosuch",
        "evaluate nosuch another --help",
        "serve --nosuch=1",
      })
  void whatThereIsNotIsNamedWhateverElseIsAsked(String line) {
    assertThat(run(Main.commandLine(), line.split(" "))).isEqualTo(2);
    assertThat(out.toString()).isEmpty();
    assertThat(err.toString().lines().findFirst())
        .hasValueSatisfying(first ->
            assertThat(first)
                .startsWith("optirag: ")
                .contains(line.startsWith("evaluate") ? "another" : "nosuch"));
    assertThat(err.toString()).contains("--help'.");
  }

  @Test
  void anUnknownCommandIsNamedWithItsPlaceAndTheNearest() {
    run(Main.commandLine(), "data", "improt", "--help");
    assertThat(err.toString())
        .startsWith("optirag: There is no command 'optirag data improt'.")
        .contains("import");
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

  @Test
  void aUserErrorHasNoStackTraceInTheLogEitherHoweverMuchIsAskedFor() {
    UserException error =
        new UserException("The tea is cold.", "Boil water.", new IOException("no fire\n\tat all"));
    List<ILoggingEvent> logged = debugging(error);
    assertThat(code).isEqualTo(2);
    assertThat(logged).extracting(ILoggingEvent::getThrowableProxy).containsOnlyNulls();
    assertThat(logged)
        .extracting(ILoggingEvent::getFormattedMessage)
        .containsExactly("because of java.io.IOException: no fire");
  }

  @Test
  void aUserErrorThatAThreadWrappedIsOneStill() {
    UserException error = new UserException("The tea is cold.", "Boil water.");
    List<ILoggingEvent> logged =
        debugging(new IllegalStateException(new CompletionException(error)));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .isEqualToNormalizingNewlines("optirag: The tea is cold.\n  Boil water.\n");
    assertThat(logged).isEmpty();
  }

  @Test
  void aFaultOfOursHasItsStackTraceInTheLogForThoseWhoAsk() {
    List<ILoggingEvent> logged = debugging(new IllegalStateException("broken"));
    assertThat(code).isEqualTo(1);
    assertThat(logged).hasSize(1);
    assertThat(logged.getFirst().getThrowableProxy().getMessage()).isEqualTo("broken");
    assertThat(logged.getFirst().getLevel()).isEqualTo(Level.DEBUG);
  }

  @Test
  void faultsOfManyLinesAndErrorsOfTheJvmAreOneLineToo() {
    debugging(new IllegalStateException("bad shape\nframe #0: c10::Error\n"));
    debugging(new UnsatisfiedLinkError("no jnitorch"));
    assertThat(code).isEqualTo(1);
    assertThat(err.toString().lines().filter(line -> !line.startsWith("  ")))
        .containsExactly(
            "optirag: unexpected java.lang.IllegalStateException: bad shape",
            "optirag: unexpected java.lang.UnsatisfiedLinkError: no jnitorch");
  }

  /** Fails with debug logging on; gives what was logged. */
  private List<ILoggingEvent> debugging(Throwable error) {
    Logger root = (Logger) LoggerFactory.getLogger("org.optirag");
    Level before = root.getLevel();
    ListAppender<ILoggingEvent> log = new ListAppender<>();
    log.start();
    root.addAppender(log);
    root.setLevel(Level.DEBUG);
    try {
      CommandLine command = Main.commandLine();
      command.addSubcommand(new Failing(error));
      code = run(command, "fail");
    } finally {
      root.setLevel(before);
      root.detachAppender(log);
    }
    return log.list;
  }

  @Command(name = "fail")
  private record Failing(Throwable error) implements Callable<Integer> {
    @Override
    public Integer call() {
      switch (error) {
        case RuntimeException e -> throw e;
        case Error e -> throw e;
        default -> throw new IllegalArgumentException(error);
      }
    }
  }
}

package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;

/** What is mistyped is told in words, with the nearest that there is. */
final class MistypedTest {
  private final StringWriter err = new StringWriter();

  private String told(String line) {
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(new StringWriter(), true))
            .setErr(new PrintWriter(err, true))
            .execute(line.split(" "));
    assertThat(code).as(err.toString()).isEqualTo(2);
    return err.toString();
  }

  /** A command line, and what is said of it. */
  private record Case(String line, String said) {
    @Override
    public String toString() {
      return line;
    }
  }

  static Stream<Case> numbers() {
    return Stream.of(
        new Case("data import x --liked-from 4,5", "'4,5' is not a number; write 4.5"),
        new Case("data check x --most-broken much", "'much' is not a number"),
        new Case("data import x --liked-from NaN", "'NaN' is not a number"),
        new Case("data import x --core 2.5", "'2.5' is not a whole number"),
        new Case("rank --user 1 --time 2025-12-01", "is not a number of seconds since 1970"),
        new Case("rank --user 1 --seed x", "'x' is not a whole number"),
        new Case("train d --exits 3,x", "'x' is not a whole number"),
        new Case("train d --rate 3e", "'3e' is not a number"),
        new Case("train d --fit 99999999999", "'99999999999' is too large a number"),
        new Case("evaluate d --window day", "'day' is not a whole number"),
        new Case("calibrate b --mean-depth half", "'half' is not a number"),
        new Case("score --candidates many", "'many' is not a whole number"),
        new Case("bench --rounds -99999999999", "'-99999999999' is too small a number"));
  }

  @ParameterizedTest
  @MethodSource("numbers")
  void whatIsNoNumberIsToldWithoutTheNameOfAType(Case of) {
    assertThat(told(of.line))
        .contains(of.said)
        .doesNotContain(" double", " long", " int", "Integer", "Double");
  }

  @Test
  void everyNumberOfEveryCommandIsReadSo() {
    reads(Main.commandLine());
  }

  private static void reads(CommandLine command) {
    for (OptionSpec option : command.getCommandSpec().options()) {
      for (Class<?> type : option.typeInfo().getAuxiliaryTypes()) {
        assertThat(type)
            .as(command.getCommandSpec().qualifiedName() + " " + option.longestName())
            .isNotIn(float.class, Float.class, short.class, Short.class, byte.class, Byte.class);
      }
    }
    command.getSubcommands().values().forEach(MistypedTest::reads);
  }

  @Test
  void numbersAreReadAsBefore() {
    CommandLine command = Main.commandLine();
    assertThat(
            command
                .parseArgs("train", "d", "--rate", "3e-4", "--exits", "1,-2", "--alpha", "+.5")
                .subcommand()
                .matchedOptionValue("--exits", List.of()))
        .isEqualTo(List.of(1, -2));
  }

  static Stream<Case> unknown() {
    return Stream.of(
        new Case(
            "train --tme 3m",
            "optirag: There is no option '--tme' of 'optirag train'."
                + "\n  Did you mean '--time'? See 'optirag train --help'.\n"),
        new Case(
            "rank --usr 3 --item 5",
            "optirag: There are no options '--usr', '--item' of 'optirag rank'."
                + "\n  Did you mean '--user' and '--items'? See 'optirag rank --help'.\n"),
        new Case(
            "data import x --liked=4",
            "optirag: There is no option '--liked' of 'optirag data import'."
                + "\n  Did you mean '--liked-from'? See 'optirag data import --help'.\n"),
        new Case(
            "serve --prot=80",
            "optirag: There is no option '--prot' of 'optirag serve'."
                + "\n  Did you mean '--port'? See 'optirag serve --help'.\n"),
        new Case(
            "evaluate -x",
            "optirag: There is no option '-x' of 'optirag evaluate'."
                + "\n  See 'optirag evaluate --help'.\n"),
        new Case(
            "dat",
            "optirag: There is no command 'optirag dat'."
                + "\n  Did you mean 'data'? See 'optirag --help'.\n"),
        new Case(
            "eval",
            "optirag: There is no command 'optirag eval'."
                + "\n  Did you mean 'evaluate'? See 'optirag --help'.\n"),
        new Case(
            "import shop",
            "optirag: There is no command 'optirag import'."
                + "\n  Did you mean 'optirag data import'? See 'optirag --help'.\n"),
        new Case(
            "nosuch", "optirag: There is no command 'optirag nosuch'.\n  See 'optirag --help'.\n"),
        new Case(
            "rank --user 1 --items 2 more",
            "optirag: 'optirag rank' does not know what to do with 'more'."
                + "\n  See 'optirag rank --help'.\n"));
  }

  @ParameterizedTest
  @MethodSource("unknown")
  void whatThereIsNotIsToldWithWhatIsNear(Case of) {
    assertThat(told(of.line)).isEqualToNormalizingNewlines(of.said);
  }

  @Test
  void theHelpSaysHowServeEndsAndHowHeadsCount() {
    assertThat(Main.commandLine().getUsageMessage()).contains("143 on SIGTERM");
    for (String name : List.of("rank", "score", "evaluate", "serve")) {
      CommandLine command =
          Objects.requireNonNull(Main.commandLine().getSubcommands().get(name), name);
      assertThat(String.join(" ", command.getCommandSpec().findOption("--policy").description()))
          .as(name)
          .contains("stops at the Nth head", "before the first block");
    }
  }
}

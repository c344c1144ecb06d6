package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workspace.UserException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What was there stays, unless --force says otherwise. */
final class OutputsTest {
  @RegisterExtension private final OwnCache cache = new OwnCache();

  @TempDir private Path directory;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @Command(name = "write")
  private static final class Writing {
    @Mixin private OutputOptions output;
  }

  private static OutputOptions output(String... arguments) {
    Writing writing = new Writing();
    new CommandLine(writing).parseArgs(arguments);
    return writing.output;
  }

  private int run(Object... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(List.of(arguments).stream().map(Object::toString).toArray(String[]::new));
  }

  @Test
  void aStandardPlaceThatIsTakenIsLeftForTheNext() throws IOException {
    Path runs = directory.resolve("runs/x");
    assertThat(output().directory(null, runs, "a.json", "b.html")).isEqualTo(runs);
    Files.createDirectories(runs);
    Files.writeString(runs.resolve("other"), "");
    assertThat(output().directory(null, runs, "a.json", "b.html")).isEqualTo(runs);
    Files.writeString(runs.resolve("b.html"), "");
    Path second = directory.resolve("runs/x-2");
    assertThat(output().directory(null, runs, "a.json", "b.html")).isEqualTo(second);
    Files.writeString(second, "a file");
    assertThat(output().directory(null, runs, "a.json", "b.html"))
        .isEqualTo(directory.resolve("runs/x-3"));
    assertThat(output("--force").directory(null, runs, "a.json", "b.html")).isEqualTo(runs);
  }

  @Test
  void aGivenPlaceThatIsTakenIsRefusedByName() throws IOException {
    Path taken = Files.writeString(directory.resolve("a.json"), "");
    assertThatThrownBy(() -> output().directory(directory, Path.of("runs"), "b.html", "a.json"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(taken.toString())
        .hasMessageContaining("--force");
    assertThat(output().directory(directory, Path.of("runs"), "b.html")).isEqualTo(directory);
    assertThat(output("--force").directory(directory, Path.of("runs"), "a.json"))
        .isEqualTo(directory);
    assertThatThrownBy(() -> output().whole(taken)).hasMessageContaining("exists already");
    assertThat(output().whole(Files.createDirectory(directory.resolve("empty")))).isNotNull();
    assertThat(output("--force").whole(taken)).isEqualTo(taken);
  }

  private static CommandLine.Model.CommandSpec spec(String... names) {
    CommandLine command = Main.commandLine();
    for (String name : names) {
      command = Objects.requireNonNull(command.getSubcommands().get(name), name);
    }
    return command.getCommandSpec();
  }

  @Test
  void noDefaultIsAShippedBundle() {
    for (String command : List.of("train", "calibrate")) {
      spec(command).options().stream()
          .filter(option -> option.longestName().matches("--out|--to|--work"))
          .forEach(option ->
              assertThat(String.join(" ", option.description()))
                  .as(command)
                  .doesNotContain("default bundles/"));
    }
  }

  @Test
  void everyCommandThatWritesHasTheFlag() {
    for (String name : List.of("train", "calibrate", "evaluate", "demo", "bench", "score")) {
      assertThat(spec(name).findOption("--force")).as(name).isNotNull();
    }
    for (String name : List.of("import", "pull", "synthesize")) {
      assertThat(spec("data", name).findOption("--force")).as(name).isNotNull();
    }
  }

  @Test
  void aBundleIsNotCalibratedInItsPlaceUnasked() {
    Path bundle = Path.of("..", "bundles", "movielens-100k");
    assertThat(run("calibrate", bundle, "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains("replace the bundle").contains("--to").contains("--force");
    assertThat(run("calibrate", bundle, "--quiet", "--to", bundle)).isEqualTo(2);
    assertThat(err.toString()).contains("exists already");
  }

  @Test
  void aTrainingIsRefusedBeforeItBeginsWhereItsBundleIs() throws IOException {
    Files.writeString(directory.resolve("bundle.json"), "{}");
    assertThat(run("train", "nothing", "--out", directory, "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains(directory + " exists already").contains("--force");
  }

  @Test
  void dataOfTheSameNameAreNotReplacedUnasked() throws IOException {
    Path shop = Files.createDirectories(directory.resolve("shop"));
    assertThat(run("data", "synthesize", shop, "--interactions", "200", "--quiet")).isZero();
    String before = Files.readString(shop.resolve("ratings.csv"));
    assertThat(run("data", "synthesize", shop, "--interactions", "300", "--quiet")).isEqualTo(2);
    assertThat(err.toString()).contains(shop + " exists already");
    assertThat(Files.readString(shop.resolve("ratings.csv"))).isEqualTo(before);
    Path mapping = shop.resolve("mapping.yaml");
    assertThat(run("data", "import", shop, "--mapping", mapping, "--name", "one", "--quiet"))
        .as(err.toString())
        .isZero();
    assertThat(run("data", "import", shop, "--mapping", mapping, "--name", "one", "--quiet"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("There is a data set one already.").contains("--name");
    assertThat(
            run(
                "data",
                "import",
                shop,
                "--mapping",
                mapping,
                "--name",
                "one",
                "--quiet",
                "--force"))
        .isZero();
  }
}

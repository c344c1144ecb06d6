package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.scoring.PromptSettings;
import org.optirag.server.http.Limits;
import org.optirag.workspace.UserException;
import picocli.CommandLine;

class ServeConfigTest {
  @TempDir Path directory;

  private static ServeConfig config(Map<String, String> environment, String... arguments) {
    CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();
    ServeConfig.addOptions(spec);
    return ServeConfig.of(new CommandLine(spec).parseArgs(arguments), environment);
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("serve.yaml"), text);
  }

  @Test
  void theCommandLineGoesBeforeTheEnvironmentAndThatBeforeTheFile() throws IOException {
    String file = file("port: 1\nhost: h1\ndeadline: 7").toString();
    ServeConfig config =
        config(
            Map.of("OPTIRAG_SERVE_PORT", "2", "OPTIRAG_SERVE_HOST", "h2"),
            "--config",
            file,
            "--port",
            "3");
    assertThat(config.value(ServeSetting.PORT)).isEqualTo(new ServeConfig.Value("3", "--port"));
    assertThat(config.value(ServeSetting.HOST))
        .isEqualTo(new ServeConfig.Value("h2", "OPTIRAG_SERVE_HOST"));
    assertThat(config.value(ServeSetting.DEADLINE))
        .isEqualTo(new ServeConfig.Value("7", file + ", line 3, field deadline"));
    assertThat(config.value(ServeSetting.DRAIN)).isEqualTo(new ServeConfig.Value("20", "default"));
  }

  @Test
  void aValueThatDoesNotFitIsNamedWithItsPlace() {
    ServeConfig config =
        config(Map.of("OPTIRAG_SERVE_PORT", "eighty", "OPTIRAG_SERVE_ACCESS_LOG", "perhaps"));
    assertThatThrownBy(() -> config.whole(ServeSetting.PORT, 0, 65_535))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(
            "OPTIRAG_SERVE_PORT: \"eighty\" is not a whole number from 0 to 65535.");
    assertThatThrownBy(() -> config.flag(ServeSetting.ACCESS_LOG))
        .hasMessageStartingWith("OPTIRAG_SERVE_ACCESS_LOG: \"perhaps\" is not true or false.");
  }

  @Test
  void anUnknownFieldOfTheFileIsNamed() throws IOException {
    String file = file("prot: 80").toString();
    assertThatThrownBy(() -> config(Map.of(), "--config", file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + ", line 1, field prot is not known.");
    String list = file("port: [80, 81]").toString();
    assertThatThrownBy(() -> config(Map.of("OPTIRAG_SERVE_CONFIG", list)))
        .hasMessageContaining("field port is not a single value");
  }

  @Test
  void asManyCandidatesAsMayBeSentFitByDefault() {
    long candidates = Long.parseLong(ServeSetting.MAX_CANDIDATES.standard());
    long tokens = Long.parseLong(ServeSetting.MAX_TOKENS.standard());
    PromptSettings prompt = PromptSettings.DEFAULT;
    assertThat(prompt.tokens() + candidates * prompt.independent().candidateTokens())
        .as("tokens of the longest candidates that are not cut")
        .isBetween(90_000L, tokens);
    assertThat(Limits.DEFAULT.tokens()).isEqualTo((int) tokens);
    assertThat(Limits.DEFAULT.candidates()).isEqualTo((int) candidates);
    assertThat(Long.parseLong(ServeSetting.QUEUE_TOKENS.standard()))
        .as("or it would be turned away however long it waits")
        .isGreaterThanOrEqualTo(tokens);
  }

  @Test
  void secretsAreNoArgumentsAndAreNotPrinted() throws IOException {
    assertThat(ServeSetting.TOKENS.flag()).isNull();
    String file = file("tls-password: hunter2").toString();
    StringWriter out = new StringWriter();
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .execute("config", "show", "--config", file, "--port", "9");
    assertThat(code).isZero();
    assertThat(out.toString())
        .doesNotContain("hunter2")
        .containsPattern("tls-password +\\*\\*\\* +" + Pattern.quote(file))
        .containsPattern("port +9 +--port");
  }

  @Test
  void beyondLoopbackItAsksForTokens() {
    StringWriter err = new StringWriter();
    int code =
        Main.commandLine()
            .setErr(new PrintWriter(err))
            .execute(
                "serve",
                "--quiet",
                "--host",
                "0.0.0.0",
                "--bundle",
                "../bundles/movielens-100k",
                "--data-dir",
                directory.toString());
    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .startsWith(
            "optirag: Without tokens the service listens on loopback only, not on 0.0.0.0.");
  }

  @Test
  void theDocumentationHasEverySetting() throws IOException {
    String text = Files.readString(Path.of("..", "docs", "serving.md"));
    for (ServeSetting setting : ServeSetting.values()) {
      assertThat(text).contains("| `" + setting.key() + "` |");
    }
  }
}

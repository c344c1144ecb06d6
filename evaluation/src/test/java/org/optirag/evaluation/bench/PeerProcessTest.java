package org.optirag.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.PackedPrompt;
import org.optirag.scoring.AnswerTokens;
import org.optirag.workspace.UserException;

/** The talk with another engine's process; a shell script stands in for the interpreter. */
class PeerProcessTest {
  private static final AnswerTokens ANSWERS = new AnswerTokens(7, 8);
  private static final PackedPrompt PROMPT =
      new PackedPrompt(new int[] {1, 2}, List.of(new int[] {3}, new int[] {4, 5}));

  @TempDir Path directory;

  private PeerProcess start(String script) throws IOException {
    Path interpreter = directory.resolve("interpreter");
    Files.writeString(interpreter, "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(interpreter, PosixFilePermissions.fromString("rwx------"));
    return start(interpreter);
  }

  private PeerProcess start(Path interpreter) {
    return start(interpreter, "llama.cpp", "Q8_0");
  }

  private PeerProcess start(Path interpreter, String engine, String option) {
    return PeerProcess.start(
        interpreter.toString(),
        engine,
        directory.resolve("model.gguf"),
        1,
        option,
        ANSWERS,
        directory.resolve("peers"));
  }

  @Test
  void aLineIsAskedAndALineIsAnswered() throws IOException {
    String script =
        """
        echo '{"version": "1.2"}'
        read line
        echo "$@ $line" > "$OPTIRAG_BENCH/asked"
        echo '{"wall": 2.5, "cpu": 1.5, "probabilities": [0.25, 0.75]}'
        """;
    try (PeerProcess process = start(script)) {
      assertThat(process.version()).isEqualTo("1.2");
      Contender.Run run = process.score("prefix", PROMPT);
      assertThat(run.wall()).isEqualTo(2.5);
      assertThat(run.cpu()).isEqualTo(1.5);
      assertThat(run.probabilities()).containsExactly(0.25, 0.75);
      assertThat(Files.readString(directory.resolve("peers/asked")))
          .contains("peer.py llama.cpp " + directory.resolve("model.gguf") + " 1 Q8_0 ")
          .contains(
              "{\"mode\":\"prefix\",\"context\":[1,2],\"candidates\":[[3],[4,5]],\"yes\":8,\"no\":7}");
      assertThatThrownBy(() -> process.score("prefix", PROMPT))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("broke off in the middle of its work");
    }
  }

  @Test
  void whatIsNoAnswerIsShown() throws IOException {
    String script = "echo '{\"version\": \"1\"}'; read line; echo 'Segmentation fault'";
    try (PeerProcess process = start(script)) {
      assertThatThrownBy(() -> process.score("alone", PROMPT))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("it said \"Segmentation fault\"");
    }
    assertThatThrownBy(() -> start("echo Hello"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("it said \"Hello\"");
  }

  @Test
  void whatIsNotInstalledIsToldWithTheWayOut() {
    assertThatThrownBy(() -> start("echo 'ModuleNotFoundError: No module named x' >&2; exit 1"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("ModuleNotFoundError: No module named x")
        .hasMessageContaining("benchmarks/install-peers");
    assertThatThrownBy(() -> start(directory.resolve("nothing")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("benchmarks/install-peers");
  }

  @Test
  void java_llama_cppNeedsItsLibraryAndWhatLlama_cppQuantized() throws IOException {
    Path interpreter = directory.resolve("env/bin/python");
    assertThatThrownBy(() -> start(interpreter, "java-llama.cpp", "Q8_0"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("name that before it");
    Files.writeString(directory.resolve("model.gguf"), "");
    assertThatThrownBy(() -> start(interpreter, "java-llama.cpp", ""))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("java-llama.cpp does not start")
        .hasMessageContaining("benchmarks/install-peers");
  }
}

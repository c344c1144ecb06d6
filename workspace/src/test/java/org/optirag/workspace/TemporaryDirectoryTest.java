package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemporaryDirectoryTest {
  @TempDir Path temp;

  private Path made(String name) throws IOException {
    Path directory = Files.createDirectory(temp.resolve(name));
    Files.writeString(
        Files.createDirectory(directory.resolve("natives")).resolve("lib.so"), "70 MB");
    return directory;
  }

  private Path leftOver(String name) throws IOException {
    Path directory = made(name);
    Files.writeString(directory.resolve("lock"), "");
    return directory;
  }

  /** Holds a directory until it is killed. */
  public static final class Owner {
    /** Takes the directory that is named. */
    public static void main(String[] arguments) throws Exception {
      TemporaryDirectory own =
          Objects.requireNonNull(TemporaryDirectory.claim(Path.of(arguments[0])));
      Files.writeString(Path.of(arguments[0], "held"), own.toString());
      Thread.sleep(TimeUnit.MINUTES.toMillis(5));
    }
  }

  @Test
  void whatAKilledProcessLeftIsRemovedAndWhatALivingOneHasIsNot() throws Exception {
    Path other = made("optirag-tmp-1");
    Process owner =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Owner.class.getName(),
                other.toString())
            .inheritIO()
            .start();
    try {
      while (!Files.exists(other.resolve("held")) && owner.isAlive()) {
        Thread.sleep(20);
      }
      try (TemporaryDirectory first = TemporaryDirectory.claim(made("optirag-tmp-2"))) {
        assertThat(first).isNotNull();
        assertThat(other.resolve("natives/lib.so")).as("its owner lives").exists();
      }
      owner.destroyForcibly().waitFor();
      try (TemporaryDirectory second = TemporaryDirectory.claim(made("optirag-tmp-3"))) {
        assertThat(second).isNotNull();
        assertThat(other).as("its owner was killed").doesNotExist();
      }
    } finally {
      owner.destroyForcibly();
    }
    assertThat(temp).isEmptyDirectory();
  }

  @Test
  void nothingElseIsRemoved() throws IOException {
    Path outside = Files.createDirectory(temp.resolve("precious"));
    Files.writeString(outside.resolve("lock"), "");
    Path other = leftOver("optirag-tmp-7");
    Files.createSymbolicLink(other.resolve("natives/link"), outside);
    Path link = Files.createSymbolicLink(temp.resolve("optirag-tmp-8"), outside);
    Path begun = made("optirag-tmp-9");
    List<Path> strangers = List.of(leftOver("optirag-tmp-x"), leftOver("onnxruntime-java1"));
    try (TemporaryDirectory own = TemporaryDirectory.claim(made("optirag-tmp-10"))) {
      assertThat(own).isNotNull();
      assertThat(other).doesNotExist();
      assertThat(outside.resolve("lock")).as("behind a link").exists();
      assertThat(link).exists();
      assertThat(begun).as("a process that has just begun").exists();
      assertThat(strangers).allMatch(Files::exists);
    }
  }

  @Test
  void aDirectoryThatNoLauncherMadeIsNotTaken() throws IOException {
    Path other = leftOver("optirag-tmp-7");
    assertThat(TemporaryDirectory.claim(temp)).isNull();
    assertThat(TemporaryDirectory.claim(made("mine"))).isNull();
    assertThat(other).exists();
  }
}

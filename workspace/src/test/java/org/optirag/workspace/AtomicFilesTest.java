package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFilesTest {
  @TempDir private Path directory;

  @Test
  void writesIntoDirectoriesThatDoNotExistYet() throws IOException {
    Path target = directory.resolve("a/b/c.txt");
    AtomicFiles.writeString(target, "content");
    assertThat(Files.readString(target)).isEqualTo("content");
  }

  @Test
  void aFailedWriteKeepsTheOldContentAndLeavesNothingBehind() throws IOException {
    Path target = directory.resolve("file.txt");
    AtomicFiles.writeString(target, "old");
    assertThatThrownBy(() ->
            AtomicFiles.write(
                target,
                out -> {
                  out.write(new byte[100_000]);
                  throw new IOException("No space left on device");
                }))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(target.toString())
        .hasMessageContaining("No space left on device");
    assertThat(Files.readString(target)).isEqualTo("old");
    try (var files = Files.list(directory)) {
      assertThat(files).containsExactly(target);
    }
  }

  @Test
  void aFileWhereADirectoryShouldBeIsAUserError() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThatThrownBy(() -> AtomicFiles.writeString(file.resolve("below.txt"), "x"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("below.txt");
  }
}

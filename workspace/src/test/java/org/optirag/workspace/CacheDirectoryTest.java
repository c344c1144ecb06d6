package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class CacheDirectoryTest {
  @TempDir private Path home;

  @Test
  void theNamedDirectoryComesBeforeXdgAndHome() {
    assertThat(
            CacheDirectory.from(Map.of("OPTIRAG_CACHE", "/named", "XDG_CACHE_HOME", "/xdg"), home)
                .root())
        .isEqualTo(Path.of("/named"));
    assertThat(CacheDirectory.from(Map.of("XDG_CACHE_HOME", "/xdg"), home).root())
        .isEqualTo(Path.of("/xdg/optirag"));
    assertThat(CacheDirectory.from(Map.of(), home).root())
        .isEqualTo(home.toAbsolutePath().resolve(".cache/optirag"));
  }

  @Test
  void aDirectoryThatCannotBeMadeNamesTheVariableToSet() throws IOException {
    Path file = Files.writeString(home.resolve("file"), "");
    assertThatThrownBy(() -> new CacheDirectory(file).models())
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("OPTIRAG_CACHE");
  }

  @Test
  void aNameCannotLeadOutOfTheCache() {
    assertThatThrownBy(() -> new CacheDirectory(home.resolve("cache")).directory("../outside"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("outside");
  }
}

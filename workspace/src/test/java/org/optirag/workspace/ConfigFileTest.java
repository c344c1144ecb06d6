package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigFileTest {
  record Tea(String kind, Pot pot) {}

  record Pot(int cups) {
    Pot {
      if (cups < 1) {
        throw new IllegalArgumentException("cups must be at least 1 but is " + cups);
      }
    }
  }

  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("tea.yaml"), text);
  }

  @Test
  void readsNestedRecords() throws IOException {
    assertThat(ConfigFile.read(file("kind: green\npot:\n  cups: 3\n"), Tea.class))
        .isEqualTo(new Tea("green", new Pot(3)));
  }

  @Test
  void anUnknownFieldIsToldByLineAndName() throws IOException {
    Path file = file("kind: green\npot:\n  cups: 3\n  cupz: 3\n");
    assertThatThrownBy(() -> ConfigFile.read(file, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("tea.yaml, line 4, field pot.cupz")
        .hasMessageContaining("cups");
  }

  @Test
  void aWrongKindOfValueIsToldByField() throws IOException {
    Path file = file("kind: green\npot:\n  cups: many\n");
    assertThatThrownBy(() -> ConfigFile.read(file, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("line 3, field pot.cups");
  }

  @Test
  void aValueOutOfRangeIsToldInTheRecordsOwnWords() throws IOException {
    Path file = file("kind: green\npot:\n  cups: 0\n");
    assertThatThrownBy(() -> ConfigFile.read(file, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("cups must be at least 1 but is 0");
  }

  @Test
  void brokenYamlAndEmptyAndMissingFilesAreUserErrors() throws IOException {
    Path broken = file("kind: [green\n");
    assertThatThrownBy(() -> ConfigFile.read(broken, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("tea.yaml");
    Path empty = file("");
    assertThatThrownBy(() -> ConfigFile.read(empty, Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("empty");
    assertThatThrownBy(() -> ConfigFile.read(directory.resolve("none.yaml"), Tea.class))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("none.yaml");
  }
}

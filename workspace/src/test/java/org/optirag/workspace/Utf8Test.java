package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Utf8Test {
  @TempDir Path folder;

  private String told(String text) throws IOException {
    Path file = folder.resolve("m.yaml");
    Files.write(file, text.getBytes(StandardCharsets.ISO_8859_1));
    return String.valueOf(Utf8.broken(file).getMessage());
  }

  @Test
  void theLineOfTheFirstByteThatIsNotUtf8IsNamed() throws IOException {
    assertThat(told("name: x\nnoun: caf\u00E9\n")).contains("m.yaml, line 2: the byte 0xE9");
    assertThat(told("\u00FC")).contains("line 1: the byte 0xFC");
    assertThat(told("a: b\n".repeat(5_000) + "c: \u00DF\n")).contains("line 5001: the byte 0xDF");
    assertThat(told("cut in a letter \u00C3")).contains("line 1: the byte 0xC3");
  }
}

package org.optirag.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URISyntaxException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.workspace.UserException;

/**
 * 2,500 damaged model files, seeded: whatever stands in them, they are read or refused with a
 * UserException, and cost little memory.
 */
final class WeightsFuzzTest {
  private static final int FILES = 500;
  private static final long MOST_BYTES = 32L << 20;
  private static final long[] LIES = {
    0,
    1,
    -1,
    2,
    0x7F,
    0xFF,
    0x7FFF,
    0xFFFF,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 31,
    1L << 32,
    (1L << 32) + 2,
    1L << 40,
    1L << 61,
    Long.MAX_VALUE,
    Long.MAX_VALUE - 7,
    Long.MIN_VALUE
  };

  @TempDir Path directory;

  /** Reads all there is to read. */
  @FunctionalInterface
  private interface Reader {
    void read(Path path) throws IOException;
  }

  @Test
  void damagedGgufFilesAreReadOrRefused() throws IOException {
    byte[] whole = new TinyGguf().bytes();
    fuzz(whole, "model.gguf", whole.length, 1, WeightsFuzzTest::readAll);
  }

  @Test
  void damagedQuantizedBlocksAreReadOrRefused() throws Exception {
    byte[] whole = Files.readAllBytes(resource("/golden/gguf/blocks.gguf"));
    fuzz(
        whole,
        "model.gguf",
        800,
        2,
        path -> {
          try (GgufFile file = GgufFile.open(path)) {
            for (GgufFile.Tensor tensor : file.tensors().values()) {
              file.read(tensor, FloatBuffer.allocate(Math.toIntExact(tensor.size())));
            }
          }
        });
  }

  @Test
  void damagedGgufTokenizersAreReadOrRefused() throws IOException {
    byte[] whole = new TinyGguf().bytes();
    fuzz(
        whole,
        "model.gguf",
        900,
        3,
        path -> {
          try (var tokenizer = Tokenizers.open(path)) {
            assertThat(tokenizer.encode("abcd").length).isLessThan(100);
          }
        });
  }

  @Test
  void damagedSafetensorsFilesAreReadOrRefused() throws Exception {
    Files.copy(resource("/golden/tiny/qwen2/config.json"), directory.resolve("config.json"));
    byte[] whole = Files.readAllBytes(resource("/golden/tiny/qwen2/model.safetensors"));
    fuzz(whole, "model.safetensors", 4000, 4, WeightsFuzzTest::readAll);
  }

  @Test
  void damagedConfigurationsAreReadOrRefused() throws Exception {
    Files.copy(
        resource("/golden/tiny/llama3/model.safetensors"), directory.resolve("model.safetensors"));
    byte[] whole = Files.readAllBytes(resource("/golden/tiny/llama3/config.json"));
    fuzz(whole, "config.json", whole.length, 5, WeightsFuzzTest::readAll);
  }

  private static void readAll(Path path) {
    try (Weights weights =
        WeightFiles.open(path.endsWith("config.json") ? path.resolveSibling("") : path)) {
      for (String name : weights.names()) {
        long size = Arrays.stream(weights.shape(name)).reduce(1, Math::multiplyExact);
        weights.read(name, FloatBuffer.allocate(Math.toIntExact(size)));
      }
    }
  }

  /**
   * @param header most of the damage falls on so many first bytes
   */
  private void fuzz(byte[] whole, String name, int header, long seed, Reader reader)
      throws IOException {
    Random random = new Random(seed);
    Path file = directory.resolve(name);
    int refused = 0;
    for (int i = 0; i < FILES; i++) {
      Files.write(file, damaged(whole, header, random));
      long before = allocated();
      try {
        reader.read(file);
      } catch (UserException e) {
        refused++;
        assertThat(e.problem()).as("file %d", i).isNotBlank();
        assertThat(e.wayOut()).as("file %d", i).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("file " + i + " of seed " + seed, e);
      }
      assertThat(allocated() - before).as("bytes for file %d", i).isLessThan(MOST_BYTES);
    }
    // Were none refused, the damage would miss what counts; were all, nothing else was tried.
    assertThat(refused).isBetween(FILES / 20, FILES - FILES / 100);
  }

  private static byte[] damaged(byte[] whole, int header, Random random) {
    byte[] bytes = whole.clone();
    int rounds = 1 + random.nextInt(3);
    for (int round = 0; round < rounds; round++) {
      int end = Math.min(bytes.length, random.nextInt(4) > 0 ? header : bytes.length);
      int at = random.nextInt(Math.max(1, end));
      switch (random.nextInt(6)) {
        case 0 -> bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
        case 1 -> put(bytes, at, 8, LIES[random.nextInt(LIES.length)]);
        case 2 -> put(bytes, at, 4, LIES[random.nextInt(LIES.length)]);
        case 3 -> bytes = spliced(bytes, at, random.nextInt(16), random.nextInt(16));
        case 4 -> put(bytes, at, 1, "0123456789-.eE\"{}[],:null".charAt(random.nextInt(25)));
        default -> put(bytes, at, 1, random.nextInt(256));
      }
      if (bytes.length == 0) {
        break;
      }
    }
    return bytes;
  }

  private static void put(byte[] bytes, int at, int count, long value) {
    for (int i = 0; i < count && at + i < bytes.length; i++) {
      bytes[at + i] = (byte) (value >> 8 * i);
    }
  }

  /** Takes {@code out} bytes away and repeats {@code in} of those that follow. */
  private static byte[] spliced(byte[] bytes, int at, int out, int in) {
    int from = Math.min(bytes.length, at + out);
    int repeated = Math.min(in, bytes.length - from);
    byte[] result = Arrays.copyOf(bytes, at + repeated + bytes.length - from);
    System.arraycopy(bytes, from, result, at, repeated);
    System.arraycopy(bytes, from, result, at + repeated, bytes.length - from);
    return result;
  }

  /** Bytes that this thread has allocated so far. */
  static long allocated() {
    return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
        .getCurrentThreadAllocatedBytes();
  }

  private static Path resource(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(WeightsFuzzTest.class.getResource(name), name).toURI());
  }
}

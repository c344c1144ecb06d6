package org.optirag.backbone.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.workspace.UserException;

/** Model files that lie: one clear line each, and nothing allocated for what cannot be. */
class BrokenWeightsTest {
  @TempDir Path directory;

  @Test
  void theTinyModelItselfIsWhole() throws IOException {
    try (Weights weights = WeightFiles.open(gguf(new TinyGguf().bytes()))) {
      assertThat(weights.names()).hasSize(11).contains("model.layers.0.mlp.down_proj.weight");
      assertThat(weights.config().tiedEmbeddings()).isTrue();
    }
    try (var tokenizer = Tokenizers.open(directory.resolve("model.gguf"))) {
      assertThat(tokenizer.encode("abcd")).containsExactly(7);
    }
  }

  @ParameterizedTest
  @CsvSource({"model.gguf", "model.safetensors"})
  void anEmptyFileIsRefused(String name) throws IOException {
    Files.write(directory.resolve(name), new byte[0]);
    refused(directory.resolve(name)).hasMessageContaining("has only 0 bytes");
  }

  @Test
  void whatIsNotThereIsRefused() {
    refused(directory.resolve("none.gguf")).hasMessageContaining("there is no such file");
    refused(directory).hasMessageContaining("holds neither model.safetensors nor");
  }

  @Test
  void everyBeginningOfAModelIsRefused() throws IOException {
    byte[] whole = new TinyGguf().bytes();
    for (int length = 0; length < whole.length; length += 13) {
      refused(gguf(java.util.Arrays.copyOf(whole, length))).hasMessageContaining("model.gguf");
    }
  }

  @Test
  void anotherFormatIsNamedByItsFirstBytes() throws IOException {
    refused(gguf("PK\3\4 this is a zip, not a model".getBytes(StandardCharsets.US_ASCII)))
        .hasMessageContaining("is no GGUF file: it begins with 0x04034b50");
  }

  @Test
  void filesThatStandForOthersSayWhatToFetch() throws IOException {
    byte[] pointer =
        "version https://git-lfs.github.com/spec/v1\n".getBytes(StandardCharsets.UTF_8);
    refused(gguf(pointer)).hasMessageContaining("is a pointer of Git LFS");
    Files.write(directory.resolve("model.safetensors"), pointer);
    refused(directory)
        .hasMessageContaining("model.safetensors is a pointer of Git LFS")
        .hasMessageContaining("git lfs pull");
    Files.delete(directory.resolve("model.safetensors"));
    Files.write(directory.resolve("pytorch_model.bin"), pointer);
    refused(directory)
        .hasMessageContaining("pytorch_model.bin is PyTorch's own format")
        .hasMessageContaining("safetensors");
    Files.write(directory.resolve("tokenizer.model"), pointer);
    oneLine(() -> Tokenizers.open(directory).close())
        .hasMessageContaining("tokenizer.model is SentencePiece's own format")
        .hasMessageContaining("tokenizer.json");
    refused(gguf(tiny -> tiny.version = 3 << 24)).hasMessageContaining("for big-endian machines");
  }

  @Test
  void unknownVersionsTypesAndArchitecturesNameWhatIsKnown() throws IOException {
    refused(gguf(tiny -> tiny.version = 9)).hasMessageContaining("versions 2 and 3 can be read");
    refused(gguf(tiny -> tiny.tensorType = 99))
        .hasMessageContaining("token_embd.weight")
        .hasMessageContaining("the unknown type 99")
        .hasMessageContaining("Q4_K");
    refused(gguf(tiny -> tiny.with("general.architecture", "mamba")))
        .hasMessageContaining("the architecture \"mamba\"")
        .hasMessageContaining("Use a Llama");
    refused(gguf(tiny -> tiny.metadata.remove("general.architecture")))
        .hasMessageContaining("architecture");
    refused(
            gguf(tiny ->
                tiny.with("llama.rope.scaling.type", "yarn").with("llama.rope.scaling.factor", 4f)))
        .hasMessageContaining("rotary positions by \"yarn\"");
  }

  @Test
  void shapesThatCannotBeAreRefused() throws IOException {
    for (Object heads : List.of(0, 3, Integer.MIN_VALUE, (1L << 32) + 2, -2L, "two")) {
      refused(gguf(tiny -> tiny.with("llama.attention.head_count", heads)));
      refused(
          gguf(tiny ->
              tiny.with("llama.attention.head_count_kv", heads)
                  .with("llama.attention.head_count", 2)),
          heads instanceof String);
    }
    refused(gguf(tiny -> tiny.with("llama.block_count", 1 << 30)))
        .hasMessageContaining("number of blocks is 1073741824, expected 1 to 1000");
    refused(gguf(tiny -> tiny.with("llama.attention.layer_norm_rms_epsilon", Float.NaN)))
        .hasMessageContaining("norm epsilon is NaN");
    refused(gguf(tiny -> tiny.with("llama.rope.freq_base", Float.POSITIVE_INFINITY)))
        .hasMessageContaining("rotary base");
    refused(
            gguf(tiny ->
                tiny.with("llama.rope.scaling.type", "linear")
                    .with("llama.rope.scaling.factor", 0f)))
        .hasMessageContaining("scales rotary positions by 0.0");
  }

  @Test
  void tensorsOutsideTheFileOrTwiceAreRefused() throws IOException {
    refused(gguf(tiny -> tiny.firstOffset = 1 << 14)).hasMessageContaining("but the file has");
    refused(gguf(tiny -> tiny.firstOffset = -32)).hasMessageContaining("but the file has");
    refused(gguf(tiny -> tiny.tensor("output_norm.weight", 4)))
        .hasMessageContaining("output_norm.weight stands twice");
    refused(gguf(tiny -> tiny.shapes.put("output_norm.weight", new int[] {1, 1, 1, 1, 1})))
        .hasMessageContaining("has 5 dimensions");
    refused(gguf(tiny -> tiny.shapes.put("output_norm.weight", new int[] {0})))
        .hasMessageContaining("has a dimension of 0");
    refused(gguf(tiny -> tiny.tensorType = 12)).hasMessageContaining("no multiple of 256");
  }

  /** Sparse, so that the counts fit the file's size: only the limits stand against them. */
  @ParameterizedTest
  @ValueSource(ints = {0, 7, 8})
  void aHugeFileWithHugeArraysIsRefusedWithoutReadingThem(int type) throws IOException {
    Path file = directory.resolve("model.gguf");
    ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    head.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(0).putLong(1);
    head.putLong(1).put((byte) 'k').putInt(9).putInt(type).putLong(15 << 20);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(head.array());
      sparse.setLength(1L << 32);
    }
    long before = WeightsFuzzTest.allocated();
    refused(file).hasMessageContaining("metadata holds more than");
    assertThat(WeightsFuzzTest.allocated() - before).isLessThan(10 << 20);
  }

  @Test
  void aTextLongerThanAnyIsRefusedWithoutReadingIt() throws IOException {
    Path file = directory.resolve("model.gguf");
    ByteBuffer head = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
    head.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(3).putLong(0).putLong(1);
    head.putLong(1).put((byte) 'k').putInt(8).putLong(100 << 20);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(head.array());
      sparse.setLength(1L << 32);
    }
    refused(file).hasMessageContaining("k is said to have 104857600 bytes");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [1]                                                        | its header is no JSON object
          {"t": 7}                                                   | has the type ""
          {"t": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}} | has the type "I64"
          {"t": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}} | has the offsets [0,4]
          {"t": {"dtype": "F32", "shape": [2], "data_offsets": [4, -4]}} | has the offsets [4,-4]
          {"t": {"dtype": "F32", "shape": [2], "data_offsets": [-8, 0]}} | has the offsets [-8,0]
          {"t": {"dtype": "F32", "shape": [2], "data_offsets": [8, 16]}} | has the offsets [8,16]
          {"t": {"dtype": "F32", "shape": [-1, -2], "data_offsets": [0, 8]}} | has the shape [-1,-2]
          {"t": {"dtype": "F32", "shape": [2.5], "data_offsets": [0, 8]}} | has the shape [2.5]
          {"t": {"dtype": "F32", "shape": [4294967296, 4294967296], "data_offsets": [0, 0]}} | has the shape
          {"t": {"dtype": "F32", "shape": [1e99], "data_offsets": [0, 8]}} | has the shape
          {"t": {"dtype": "F32"}}                                    | has the offsets
          {"t": {}, "t": {}}                                         | is no JSON
          {"t":                                                      | is no JSON
          {} {}                                                      | is no JSON
          """)
  void safetensorsHeadersThatLieAreRefused(String header, String problem) throws IOException {
    refused(safetensors(header, header.length())).hasMessageContaining(problem);
  }

  @Test
  void safetensorsHeaderLengthsThatLieAreRefused() throws IOException {
    for (long length : new long[] {0, 1, -1, 1000, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE}) {
      refused(safetensors("{}", length)).hasMessageContaining("header is said to have " + length);
    }
  }

  @Test
  void aHeaderOfEndlessBracketsIsRefused() throws IOException {
    String deep = "{\"a\":" + "[".repeat(1 << 20);
    refused(safetensors(deep, deep.length())).hasMessageContaining("is no JSON");
  }

  @Test
  void aHugeHeaderIsRefusedUnread() throws IOException {
    Path file = directory.resolve("model.safetensors");
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(1L << 30).array());
      sparse.setLength(1L << 32);
    }
    refused(file).hasMessageContaining("header is said to have 1073741824 bytes");
  }

  @Test
  void anIndexThatPointsOutOfItsDirectoryIsRefused() throws IOException {
    Files.writeString(
        directory.resolve("model.safetensors.index.json"),
        "{\"weight_map\": {\"a\": \"../secret.safetensors\"}}");
    refused(directory).hasMessageContaining("it names the file \"../secret.safetensors\"");
  }

  @Test
  void tokenizersThatAreNoneAreRefused() throws IOException {
    tokenizerRefused(tiny -> tiny.metadata.remove("tokenizer.ggml.tokens"))
        .hasMessageContaining("describes no tokenizer");
    tokenizerRefused(tiny -> tiny.with("tokenizer.ggml.model", "rwkv"))
        .hasMessageContaining("of the kind \"rwkv\"");
    tokenizerRefused(tiny -> tiny.with("tokenizer.ggml.pre", "new"))
        .hasMessageContaining("splits words by \"new\"");
    tokenizerRefused(tiny -> tiny.metadata.remove("tokenizer.ggml.pre"))
        .hasMessageContaining("does not say how it splits words: tokenizer.ggml.pre is missing")
        .hasMessageContaining("a recent llama.cpp");
    tokenizerRefused(tiny -> tiny.with("tokenizer.ggml.pre", "default"))
        .hasMessageContaining("tokenizer.ggml.pre is \"default\"");
    for (String key :
        List.of(
            "remove_extra_whitespaces",
            "precompiled_charsmap",
            "normalizer.lowercase",
            "normalizer.strip_accents",
            "something_new")) {
      tokenizerRefused(tiny -> tiny.with("tokenizer.ggml." + key, 1))
          .hasMessageContaining("has tokenizer.ggml." + key + ", which is not implemented")
          .hasMessageContaining("tokenizer.json instead");
    }
    tokenizerRefused(tiny -> tiny.with("tokenizer.ggml.merges", List.of("ab")))
        .hasMessageContaining("has the merge \"ab\"");
    tokenizerRefused(tiny -> tiny.with("tokenizer.ggml.merges", List.of("a x")))
        .hasMessageContaining("merges[0] speaks of \"x\", which is no token");
    tokenizerRefused(tiny -> tiny.with("tokenizer.ggml.model", "llama"))
        .hasMessageContaining("no score for every token");
  }

  private AbstractThrowableAssert<?, ? extends Throwable> tokenizerRefused(Consumer<TinyGguf> spoil)
      throws IOException {
    Path file = gguf(spoil);
    return oneLine(() -> Tokenizers.open(file).close());
  }

  private static void refused(Path path, boolean mayBeIgnored) {
    if (!mayBeIgnored) {
      refused(path);
    }
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> refused(Path path) {
    return oneLine(() -> WeightFiles.open(path).close());
  }

  private static AbstractThrowableAssert<?, ? extends Throwable> oneLine(
      org.assertj.core.api.ThrowableAssert.ThrowingCallable work) {
    return assertThatThrownBy(work)
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem()).isNotBlank().doesNotContain("\n");
              assertThat(e.wayOut()).isNotBlank().doesNotContain("\n");
            });
  }

  private Path gguf(Consumer<TinyGguf> spoil) throws IOException {
    TinyGguf tiny = new TinyGguf();
    spoil.accept(tiny);
    return gguf(tiny.bytes());
  }

  private Path gguf(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("model.gguf"), bytes);
  }

  /** A file of eight bytes of data. */
  private Path safetensors(String header, long length) throws IOException {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out = ByteBuffer.allocate(8 + text.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(length).put(text);
    return Files.write(directory.resolve("model.safetensors"), out.array());
  }
}

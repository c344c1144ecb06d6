package org.optirag.retrieval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Items;
import org.optirag.retrieval.Embeddings;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** With the model that comes along; against ONNX Runtime in Python (reference/minilm.py). */
class SentenceVectorStoreTest {
  private static final List<String> TEXTS =
      List.of(
          "Toy Story (1995). Animation, Children's, Comedy",
          "Monsters, Inc. (2001). Animation, Comedy",
          "The Silence of the Lambs (1991). Thriller",
          "How to bake bread at home",
          "Ein Titel auf Deutsch: Fußball",
          "A");

  @TempDir private Path directory;

  /** Products of 8 bits differ a little from processor to processor, hence the tolerance. */
  @Test
  void vectorsEqualTheReference() throws Exception {
    try (SafetensorsFile golden =
        SafetensorsFile.open(
            Path.of(
                Objects.requireNonNull(
                        SentenceVectorStoreTest.class.getResource("/golden/minilm.safetensors"))
                    .toURI()))) {
      float[] expected = golden.read("vectors");
      SentenceEmbedder embedder = SentenceEmbedder.of(SentenceModel.MINI_LM);
      for (int text = 0; text < TEXTS.size(); text++) {
        float[] vector = embedder.embed(TEXTS.get(text));
        double cosine = 0;
        for (int d = 0; d < vector.length; d++) {
          cosine += vector[d] * expected[text * vector.length + d];
        }
        assertThat(cosine).as(TEXTS.get(text)).isCloseTo(1, within(0.02));
      }
    }
  }

  @Test
  void whatIsAlikeIsCloserOnceTheCommonMeanIsOff() {
    TextVectors vectors = require(items(TEXTS), Progress.silent());
    assertThat(vectors.name()).isEqualTo("minilm");
    TextVector toys = vectors.of(TEXTS.get(0));
    assertThat(toys.cosine(toys)).isCloseTo(1, within(1e-5));
    assertThat(toys.cosine(vectors.of(TEXTS.get(1)))).isGreaterThan(0.1);
    assertThat(toys.cosine(vectors.of(TEXTS.get(3)))).isLessThan(0);
    double[] sum = new double[384]; // centred, but for the lengths
    for (String text : TEXTS) {
      float[] values = ((TextVector.Dense) vectors.of(text)).values();
      IntStream.range(0, sum.length).forEach(d -> sum[d] += values[d]);
    }
    assertThat(Math.sqrt(IntStream.range(0, 384).mapToDouble(d -> sum[d] * sum[d]).sum()))
        .isLessThan(1);
  }

  @Test
  void aSecondTimeTheyComeFromTheCache() throws IOException {
    Items items = items(List.of("one", "two", "one", "three"));
    Counting first = new Counting();
    TextVectors made = require(items, first);
    assertThat(first.units).as("each text once").hasValue(3);
    Counting second = new Counting();
    TextVectors read = require(items, second);
    assertThat(second.units).hasValue(0);
    for (String text : List.of("one", "two", "three", "a new one", "")) {
      assertThat(((TextVector.Dense) read.of(text)).values())
          .isEqualTo(((TextVector.Dense) made.of(text)).values());
    }
    require(items(List.of("one", "two", "four")), second);
    assertThat(second.units).as("other texts are another file").hasValue(3);
    try (Stream<Path> files = Files.list(directory.resolve("embeddings"))) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void numbersThatAreNoneAreRefusedWithTheirText() throws IOException {
    List<String> texts = List.of("one", "two");
    require(items(texts), Progress.silent());
    Path file;
    try (Stream<Path> files = Files.list(directory.resolve("embeddings"))) {
      file = files.findFirst().orElseThrow();
    }
    float[] rows = new float[2 * 384];
    rows[384 + 7] = Float.NaN;
    new SafetensorsWriter()
        .tensor("texts", rows, 2, 384)
        .tensor("mean", new float[384], 384)
        .write(file);
    assertThatThrownBy(() -> require(items(texts), Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("NaN for the text \"two\"");
    new SafetensorsWriter()
        .tensor("texts", new float[384], 1, 384)
        .tensor("mean", new float[384], 384)
        .write(file);
    assertThatThrownBy(() -> require(items(texts), Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("384 numbers for 2 texts of 384");
    assertThatThrownBy(() ->
            SentenceEmbedder.requireFinite(
                "e5", "a title", new float[] {1, Float.POSITIVE_INFINITY}))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("\"e5\" makes Infinity of the text \"a title\"");
  }

  @Test
  void aModelOfOnesOwnIsReadFromItsFiles() throws IOException {
    Path model = directory.resolve("own.onnx");
    Path tokenizer = directory.resolve("tokenizer.json");
    try (InputStream weights = SentenceModel.MiniLm.model();
        InputStream json = SentenceModel.MiniLm.tokenizer()) {
      Files.copy(weights, model);
      Files.copy(json, tokenizer);
    }
    SentenceModel own =
        new SentenceModel.OnnxFile("own", model, tokenizer, SentenceModel.Pooling.MEAN);
    assertThat(own.fingerprint()).isEqualTo(SentenceModel.MINI_LM.fingerprint());
    assertThat(SentenceEmbedder.of(own).embed("bread"))
        .isEqualTo(SentenceEmbedder.of(SentenceModel.MINI_LM).embed("bread"));
  }

  @Test
  void filesThatAreMissingOrNoModelAreNamed() throws IOException {
    Path missing = directory.resolve("missing.onnx");
    Path text = Files.writeString(directory.resolve("text.onnx"), "no model");
    assertThatThrownBy(() -> SentenceEmbedder.of(file("e5", missing)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no file " + missing)
        .hasMessageContaining("\"e5\"")
        .hasMessageContaining("exported to ONNX");
    assertThatThrownBy(() -> file("e5", missing).fingerprint())
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no file " + missing);
    assertThatThrownBy(() -> SentenceEmbedder.of(file("e5", text)))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot use " + text);
    assertThatThrownBy(() -> file("My model", text))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("\"My model\"");
  }

  @Test
  void vectorsThatItemsHaveAreTakenByTheirTexts() {
    TextVectors vectors =
        EmbeddedTexts.of(
            "llm", items(List.of("a", "b")), new Embeddings(2, 2, new float[] {3, 4, 0, 2}));
    assertThat(vectors.of("a").cosine(vectors.of("b"))).isCloseTo(0.8, within(1e-6));
    assertThat(vectors.of("a").cosine(vectors.of("never seen"))).isZero();
  }

  private static SentenceModel.OnnxFile file(String name, Path model) {
    return new SentenceModel.OnnxFile(name, model, model, SentenceModel.Pooling.MEAN);
  }

  private TextVectors require(Items items, Progress progress) {
    return new SentenceVectorStore(new CacheDirectory(directory))
        .require("test", items, SentenceModel.MINI_LM, progress);
  }

  private static Items items(List<String> titles) {
    return new Items(
        new IdIndex(IntStream.range(0, titles.size()).mapToObj(i -> "n" + i).toList()),
        titles,
        Collections.nCopies(titles.size(), List.of()));
  }

  private static final class Counting implements Progress {
    final AtomicLong units = new AtomicLong();

    @Override
    public Task begin(String name, long total, String unit) {
      return new Task() {
        @Override
        public void advance(long done) {
          units.addAndGet(done);
        }

        @Override
        public void note(String remark) {}

        @Override
        public void close() {}
      };
    }
  }
}

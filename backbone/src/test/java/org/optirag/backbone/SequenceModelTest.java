package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

class SequenceModelTest {
  private static final long SEED = 20261214;
  private static final SequenceShape SHAPE = new SequenceShape(3, 5, 8, 2, 2, 6);

  private final Random random = new Random(SEED);

  @TempDir Path folder;

  private float[][] vectors(int count, int width) {
    float[][] vectors = new float[count][width];
    for (float[] vector : vectors) {
      for (int d = 0; d < width; d++) {
        vector[d] = (float) random.nextGaussian();
      }
    }
    return vectors;
  }

  private static Tensor tensor(float[][] rows) {
    return Tensors.filled(
        new long[] {1, rows.length, rows[0].length},
        buffer -> Arrays.stream(rows).forEach(buffer::put));
  }

  private static Tensor marks(int... liked) {
    return Tensors.indices(liked).view(1, liked.length);
  }

  @Test
  void aStateReadsNothingThatComesLater() {
    float[][] items = vectors(6, 8);
    float[][] other = items.clone();
    other[3] = vectors(1, 8)[0];
    try (SequenceModel model = new SequenceModel(SHAPE, SEED);
        PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      float[][] before =
          Tensors.rows(model.states(tensor(items), marks(1, 0, 1, 1, 0, 1), 0).select(0, 0));
      float[][] after =
          Tensors.rows(model.states(tensor(other), marks(1, 0, 1, 0, 0, 1), 0).select(0, 0));
      for (int row = 0; row < before.length; row++) {
        if (row <= 3) {
          assertThat(after[row]).as("row %d", row).isEqualTo(before[row]);
        } else {
          assertThat(after[row]).as("row %d", row).isNotEqualTo(before[row]);
        }
      }
    }
  }

  @Test
  void theLastRowAloneIsThatOfAllRows() {
    for (int length : new int[] {1, 2, 6}) {
      float[][] items = vectors(length, 8);
      try (SequenceModel model = new SequenceModel(SHAPE, SEED);
          PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        Tensor liked = marks(IntStream.range(0, length).map(i -> i % 2).toArray());
        float[] all = Tensors.rows(model.states(tensor(items), liked, 0).select(0, 0))[length];
        float[] last = Tensors.rows(model.last(tensor(items), liked).select(0, 0))[0];
        assertThat(last).containsExactly(all, within(1e-5f));
      }
    }
  }

  @Test
  void aHistoryIsReadInServiceAsInTraining() {
    float[][] texts = vectors(6, 3);
    int[] own = {0, 1, 2, 3, 4, -1};
    boolean[] liked = {true, false, true, true};
    try (SequenceModel model = new SequenceModel(SHAPE, SEED);
        SequenceReader reader = new SequenceReader(new SequenceModel(SHAPE, SEED));
        PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      Tensor items =
          model.items(
              tensor(texts).select(0, 0),
              Tensors.indices(new int[] {0, 1, 2, 3, 4, 0}),
              Tensors.filled(new long[] {6, 1}, b -> b.put(new float[] {1, 1, 1, 1, 1, 0})));
      Tensor history = items.narrow(0, 0, 4).unsqueeze(0);
      Tensor state = model.states(history, marks(1, 0, 1, 1), 0).select(1, 4);
      float[] next = Tensors.rows(model.next(state).matmul(items.t()))[0];
      float[] likes = Tensors.rows(model.likes(state).matmul(items.t()).add(model.bias()))[0];

      float[][] vectors =
          IntStream.range(0, 6)
              .mapToObj(item -> reader.item(texts[item], own[item]))
              .toArray(float[][]::new);
      SequenceReader.Reading read = reader.read(Arrays.copyOf(vectors, 4), liked);
      for (int item = 0; item < 6; item++) {
        assertThat(read.next(vectors[item])).isCloseTo(next[item], within(1e-4f));
        assertThat(read.like(vectors[item])).isCloseTo(likes[item], within(1e-4f));
      }
    }
  }

  @Test
  void nobodysHistoryIsReadToo() {
    try (SequenceReader reader = new SequenceReader(new SequenceModel(SHAPE, SEED))) {
      SequenceReader.Reading read = reader.read(new float[0][], new boolean[0]);
      assertThat(Float.isFinite(read.next(reader.item(new float[] {1, 2, 3}, -1)))).isTrue();
    }
  }

  /** With the losses written out for one sequence of two items, one of them judged again. */
  @Test
  void theLossIsThatOfItsFormulas() {
    float[][] texts = vectors(5, 3);
    int[] own = {0, 1, 2, 3, 4};
    LabelledSequence sequence =
        new LabelledSequence(
            new int[] {2, 4},
            new boolean[] {false, true},
            new int[] {0, 2},
            new int[] {1, 3},
            new boolean[] {true, false});
    SequenceBatch batch = new SequenceBatch(List.of(sequence), () -> new int[] {0, 4});
    SequenceTraining.Settings settings =
        new SequenceTraining.Settings(1, 1, 1e-3, 100, 2, 0, 0, 0.5, SEED);
    try (SequenceModel model = new SequenceModel(SHAPE, SEED);
        SequenceReader reader = new SequenceReader(new SequenceModel(SHAPE, SEED));
        PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      float[][] items =
          IntStream.range(0, 5)
              .mapToObj(item -> reader.item(texts[item], own[item]))
              .toArray(float[][]::new);
      SequenceReader.Reading none = reader.read(new float[0][], new boolean[0]);
      SequenceReader.Reading one = reader.read(new float[][] {items[2]}, new boolean[] {false});
      SequenceReader.Reading two =
          reader.read(new float[][] {items[2], items[4]}, new boolean[] {false, true});
      // Item 4 comes after one item; of the drawn 0 and 4 the latter is itself.
      double right = one.next(items[4]);
      double next = Math.log(Math.exp(right) + Math.exp(one.next(items[0]))) - right;
      double judged =
          Math.log1p(Math.exp(none.like(items[1])))
              - none.like(items[1])
              + Math.log1p(Math.exp(two.like(items[3])));
      assertThat(new SequenceTraining(model, texts, own, new int[] {4}, settings).mean(batch))
          .as("seed %d", SEED)
          .isCloseTo(next + 0.5 * judged / 2, within(1e-4));
    }
  }

  private List<LabelledSequence> circles(int items, int count) {
    List<LabelledSequence> sequences = new ArrayList<>();
    for (int s = 0; s < count; s++) {
      int start = random.nextInt(items);
      int[] walked = IntStream.range(0, 6).map(i -> (start + i) % items).toArray();
      boolean[] liked = new boolean[6];
      Arrays.fill(liked, true);
      sequences.add(
          new LabelledSequence(
              walked,
              liked,
              new int[] {3, 3},
              new int[] {(start + 3) % items, (start + 5) % items},
              new boolean[] {true, false}));
    }
    return sequences;
  }

  private static SequenceReader trained(
      float[][] texts, List<LabelledSequence> sequences, SequenceShape shape) {
    int[] own = IntStream.range(0, texts.length).map(i -> i < shape.items() ? i : -1).toArray();
    return SequenceTraining.train(
        shape,
        texts,
        own,
        sequences,
        new SequenceTraining.Settings(30, 30, 3e-3, 120, 8, 0.1, 0.3, 1, SEED),
        Progress.silent());
  }

  @Test
  void whatComesNextIsLearnedFromIdsAndFromTexts() {
    float[][] texts = vectors(7, 3);
    List<LabelledSequence> sequences = circles(7, 200);
    for (SequenceShape shape :
        List.of(new SequenceShape(0, 7, 16, 2, 2, 6), new SequenceShape(3, 0, 16, 2, 2, 6))) {
      float[][] read = shape.text() == 0 ? new float[7][0] : texts;
      try (SequenceReader reader = trained(read, sequences, shape)) {
        float[][] items =
            IntStream.range(0, 7)
                .mapToObj(item -> reader.item(read[item], shape.items() == 0 ? -1 : item))
                .toArray(float[][]::new);
        int right = 0;
        for (int start = 0; start < 7; start++) {
          float[][] history = {items[start], items[(start + 1) % 7], items[(start + 2) % 7]};
          SequenceReader.Reading said = reader.read(history, new boolean[] {true, true, true});
          int best =
              IntStream.range(0, 7)
                  .boxed()
                  .max((a, b) -> Float.compare(said.next(items[a]), said.next(items[b])))
                  .orElseThrow();
          right += best == (start + 3) % 7 ? 1 : 0;
          assertThat(said.like(items[(start + 3) % 7]))
              .as("seed %d, %s, after %d", SEED, shape, start)
              .isGreaterThan(said.like(items[(start + 5) % 7]));
        }
        assertThat(right).as("seed %d, %s", SEED, shape).isGreaterThanOrEqualTo(6);
      }
    }
  }

  @Test
  void theSameSeedGivesTheSameModel() {
    float[][] texts = vectors(7, 3);
    List<LabelledSequence> sequences = circles(7, 40);
    SequenceShape shape = new SequenceShape(3, 7, 8, 1, 2, 6);
    try (SequenceReader one = trained(texts, sequences, shape);
        SequenceReader two = trained(texts, sequences, shape)) {
      assertThat(two.item(texts[1], 1)).isEqualTo(one.item(texts[1], 1));
      float[][] history = {one.item(texts[0], 0)};
      assertThat(two.read(history, new boolean[] {true}).like())
          .isEqualTo(one.read(history, new boolean[] {true}).like());
    }
  }

  @Test
  void aFileIsReadBackWithItsNotes() {
    Path file = folder.resolve("sequence.safetensors");
    float[] text = vectors(1, 3)[0];
    try (SequenceReader written = new SequenceReader(new SequenceModel(SHAPE, SEED))) {
      written.write(file, Map.of("items", "[]"));
      SequenceReader.Opened opened = SequenceReader.open(file);
      try (SequenceReader read = opened.reader()) {
        assertThat(opened.notes()).containsExactly(Map.entry("items", "[]"));
        assertThat(read.shape()).isEqualTo(SHAPE);
        float[][] history = {written.item(text, 2)};
        assertThat(read.item(text, 2)).isEqualTo(history[0]);
        assertThat(read.read(history, new boolean[] {true}).next())
            .isEqualTo(written.read(history, new boolean[] {true}).next());
      }
    }
  }

  @Test
  void aFileWithoutATensorOrWithNoNumbersIsRefused() {
    Path file = folder.resolve("sequence.safetensors");
    try (SequenceReader written = new SequenceReader(new SequenceModel(SHAPE, SEED))) {
      written.write(file, Map.of());
    }
    assertRefused(changed(file, "like", null), "it has 20 tensors of");
    assertRefused(changed(file, "quality", new float[4]), "it has 21 tensors of");
    assertRefused(
        changed(file, "quality", new float[] {0, 0, Float.NaN, 0, 0, 0, 0, 0}),
        "its tensor \"quality\" has NaN in it");
    assertRefused(changed(file, "own", new float[1]), "its tensor \"own\" is missing or");
    Path empty = folder.resolve("other.safetensors");
    new SafetensorsWriter().text("version", "7").tensor("own", new float[1], 1).write(empty);
    assertRefused(empty, "its version is 7, not 1");
  }

  @Test
  void aShapeKnowsHowManyNumbersItsModelHas() {
    for (SequenceShape shape :
        List.of(
            SHAPE,
            new SequenceShape(0, 7, 16, 0, 2, 6),
            new SequenceShape(3, 0, 12, 3, 4, 1),
            SequenceShape.usual(384, 100))) {
      try (SequenceModel model = new SequenceModel(shape, SEED)) {
        long numbers = model.parameters().stream().mapToLong(Parameter::size).sum();
        assertThat(shape.numbers()).as("%s", shape).isEqualTo(numbers);
      }
    }
  }

  /** It says that a row is 16,384 wide: 3 GB a block, of which there is nothing. */
  @Test
  void sizesThatTheFileDoesNotHoldAreRefusedBeforeAnythingIsMade() {
    Path file = folder.resolve("wide.safetensors");
    new SafetensorsWriter()
        .text("version", "1")
        .text("heads", "1")
        .text("blocks", "64")
        .tensor("text", new float[1 << 14], 1 << 14, 1)
        .tensor("own", new float[0], 0, 1 << 14)
        .tensor("positions", new float[2 << 14], 2, 1 << 14)
        .write(file);
    assertRefused(file, "it has 3 tensors of 49152 numbers together");
  }

  private static void assertRefused(Path file, String problem) {
    assertThatThrownBy(() -> SequenceReader.open(file))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(file + " is no sequence model that can be used: " + problem);
  }

  private Path changed(Path file, String name, float @Nullable [] values) {
    Path other = folder.resolve("changed-" + random.nextInt(1_000_000) + ".safetensors");
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      SafetensorsWriter writer = new SafetensorsWriter();
      tensors.metadata().forEach(writer::text);
      tensors
          .shapes()
          .forEach((tensor, shape) -> {
            if (!tensor.equals(name)) {
              writer.tensor(tensor, tensors.read(tensor), shape);
            } else if (values != null) {
              writer.tensor(tensor, values, values.length);
            }
          });
      writer.write(other);
    }
    return other;
  }

  @Test
  void nothingNativeIsLeft() {
    float[][] texts = vectors(7, 3);
    List<LabelledSequence> sequences = circles(7, 20);
    SequenceShape shape = new SequenceShape(3, 7, 8, 1, 2, 6);
    trained(texts, sequences, shape).close(); // what is made once is made
    System.gc();
    long before = Pointer.totalCount();
    for (int i = 0; i < 3; i++) {
      try (SequenceReader reader = trained(texts, sequences, shape)) {
        reader.read(new float[][] {reader.item(texts[0], 0)}, new boolean[] {true});
      }
    }
    assertThat(Pointer.totalCount()).isLessThanOrEqualTo(before);
  }
}

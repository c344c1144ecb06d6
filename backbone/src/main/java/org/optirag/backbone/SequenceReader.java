package org.optirag.backbone;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.workspace.UserException;

/**
 * A trained model of sequences: it reads a history once, and a candidate costs dot products. Safe
 * for use from many threads; close it when nobody reads.
 */
public final class SequenceReader implements AutoCloseable {
  private static final String VERSION = "1";
  private static final String AGAIN = "Train it again, or take it again from where it came from.";
  private static final int MOST = 1 << 20; // of any size, before anything is allocated for it

  private final SequenceModel model;
  private final float[] text;
  private final float[] own;

  /** Takes the model over. */
  SequenceReader(SequenceModel model) {
    this.model = model;
    this.text = model.values("text");
    this.own = model.values("own");
  }

  /**
   * What a history says of candidates.
   *
   * @param next [width]
   * @param like [width]
   * @param bias of the log odds of a like
   */
  public record Reading(float[] next, float[] like, float bias) {
    /**
     * The logit of an item's coming next, against items drawn by popularity.
     *
     * @param item its vector, [width]
     */
    public float next(float[] item) {
      return dot(next, item);
    }

    /**
     * The log odds of an item's being liked.
     *
     * @param item its vector, [width]
     */
    public float like(float[] item) {
      return dot(like, item) + bias;
    }

    private static float dot(float[] a, float[] b) {
      float sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += a[i] * b[i];
      }
      return sum;
    }
  }

  /** Its sizes. */
  public SequenceShape shape() {
    return model.shape();
  }

  /**
   * The vector of an item, [width], of length 1.
   *
   * @param of the vector of its text, [text]
   * @param row of its own vector, or -1 for an item that has none
   */
  public float[] item(float[] of, int row) {
    SequenceShape shape = model.shape();
    if (of.length != shape.text() || row >= shape.items()) {
      throw new IllegalArgumentException(
          "a text of %d, row %d; the model has %d and %d"
              .formatted(of.length, row, shape.text(), shape.items()));
    }
    float[] item = new float[shape.width()];
    double squares = 1e-12;
    for (int d = 0; d < item.length; d++) {
      float sum = row < 0 ? 0 : own[row * item.length + d];
      for (int t = 0; t < of.length; t++) {
        sum += text[d * of.length + t] * of[t];
      }
      item[d] = sum;
      squares += (double) sum * sum;
    }
    float scale = (float) (1 / Math.sqrt(squares));
    for (int d = 0; d < item.length; d++) {
      item[d] *= scale;
    }
    return item;
  }

  /**
   * Reads a history.
   *
   * @param items their vectors, [items][width], oldest first; no more than the shape's length. None
   *     is a history too
   * @param liked whether, for each of them
   */
  public Reading read(float[][] items, boolean[] liked) {
    SequenceShape shape = model.shape();
    if (items.length != liked.length || items.length > shape.length()) {
      throw new IllegalArgumentException(
          "%d items, %d marks, at most %d".formatted(items.length, liked.length, shape.length()));
    }
    try (PointerScope scope = new PointerScope();
        NoGradGuard guard = new NoGradGuard()) {
      int rows = Math.max(1, items.length); // none are a zero that nothing reads
      Tensor vectors =
          Tensors.filled(
              new long[] {1, rows, shape.width()},
              buffer -> {
                Arrays.stream(items).forEach(buffer::put);
                buffer.put(new float[buffer.remaining()]);
              });
      int[] marks = new int[rows];
      for (int i = 0; i < liked.length; i++) {
        marks[i] = liked[i] ? 1 : 0;
      }
      Tensor read = Tensors.indices(marks).view(1, marks.length);
      Tensor last =
          items.length == 0
              ? model.states(vectors, read, 0).select(1, 0)
              : model.last(vectors, read).select(1, 0);
      return new Reading(
          Tensors.rows(model.next(last))[0],
          Tensors.rows(model.likes(last))[0],
          model.values("scales")[2]);
    }
  }

  /**
   * Writes it.
   *
   * @param notes of the caller's, kept in the same file
   * @throws UserException if the disk is full
   */
  public void write(Path file, Map<String, String> notes) {
    SequenceShape shape = model.shape();
    SafetensorsWriter writer =
        new SafetensorsWriter()
            .text("version", VERSION)
            .text("heads", Integer.toString(shape.heads()))
            .text("blocks", Integer.toString(shape.blocks()));
    notes.forEach((key, value) -> writer.text("note." + key, value));
    model
        .parameters()
        .forEach(
            parameter -> writer.tensor(parameter.name(), parameter.values(), parameter.shape()));
    writer.write(file);
  }

  /** A reader and what was noted in its file. */
  public record Opened(SequenceReader reader, Map<String, String> notes) {}

  /**
   * Reads a file.
   *
   * @throws UserException if it cannot be read, is no such model, or has numbers that are none
   */
  public static Opened open(Path file) {
    Libtorch.load();
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      Map<String, String> texts = tensors.metadata();
      if (!VERSION.equals(texts.get("version"))) {
        throw broken(file, "its version is %s, not 1".formatted(texts.get("version")));
      }
      Map<String, String> notes = new HashMap<>();
      texts.forEach((key, value) -> {
        if (key.startsWith("note.")) {
          notes.put(key.substring("note.".length()), value);
        }
      });
      SequenceShape shape = shape(file, tensors);
      requireSize(file, tensors, shape);
      SequenceModel model = new SequenceModel(shape, 0);
      try {
        for (Parameter parameter : model.parameters()) {
          fill(file, tensors, parameter);
        }
        return new Opened(new SequenceReader(model), notes);
      } catch (RuntimeException | Error e) {
        model.close();
        throw e;
      }
    }
  }

  private static SequenceShape shape(Path file, SafetensorsFile tensors) {
    Map<String, long[]> shapes = tensors.shapes();
    Function<String, long[]> of =
        name -> {
          long[] shape = shapes.get(name);
          if (shape == null || shape.length != 2 || shape[0] > MOST || shape[1] > MOST) {
            throw broken(file, "its tensor \"%s\" is missing or of another shape".formatted(name));
          }
          return shape;
        };
    long[] text = of.apply("text");
    long[] own = of.apply("own");
    long[] positions = of.apply("positions");
    try {
      return new SequenceShape(
          (int) text[1],
          (int) own[0],
          (int) text[0],
          number(tensors, "blocks"),
          number(tensors, "heads"),
          (int) positions[0] - 1);
    } catch (IllegalArgumentException e) {
      throw broken(file, "its sizes are wrong (" + e.getMessage() + ")");
    }
  }

  /** Before anything is made of that shape: a file may say what it likes of its sizes. */
  private static void requireSize(Path file, SafetensorsFile tensors, SequenceShape shape) {
    long there = 0;
    for (long[] dimensions : tensors.shapes().values()) {
      there += Arrays.stream(dimensions).reduce(1, (a, b) -> a * b);
    }
    if (there != shape.numbers()) {
      throw broken(
          file,
          "it has %d tensors of %d numbers together, where a model of its shape has %d"
              .formatted(tensors.shapes().size(), there, shape.numbers()));
    }
  }

  private static int number(SafetensorsFile tensors, String key) {
    int number = Integer.parseInt(tensors.metadata().getOrDefault(key, ""));
    if (number > 64) {
      throw new IllegalArgumentException(key + " " + number);
    }
    return number;
  }

  private static void fill(Path file, SafetensorsFile tensors, Parameter parameter) {
    String name = parameter.name();
    if (!Arrays.equals(tensors.shapes().get(name), parameter.shape())) {
      throw broken(file, "its tensor \"%s\" is missing or of another shape".formatted(name));
    }
    tensors.read(name, FloatBuffer.wrap(parameter.values()));
    for (float value : parameter.values()) {
      if (!Float.isFinite(value)) {
        throw broken(file, "its tensor \"%s\" has %s in it".formatted(name, value));
      }
    }
    parameter.publish();
  }

  private static UserException broken(Path file, String problem) {
    return new UserException(
        "%s is no sequence model that can be used: %s.".formatted(file, problem), AGAIN);
  }

  @Override
  public void close() {
    model.close();
  }
}

package org.optirag.backbone.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.optirag.workspace.UserException;

/** Parses the head of a GGUF file; trusts no number in it. */
final class GgufHeader {
  private static final int MAGIC = 0x46554747; // "GGUF"

  /** Vocabularies take up to 20 MB; what lies beyond is weights. */
  private static final long MOST_HEADER_BYTES = 128L << 20;

  private static final int MOST_KEY_BYTES = 1 << 16;
  private static final int MOST_TEXT_BYTES = 16 << 20;

  /** Of all arrays together: four of a vocabulary of a million tokens, and room to spare. */
  private static final int MOST_ARRAY_VALUES = 1 << 23;

  private final Path path;
  private final long fileSize;
  private final ByteBuffer in;
  private long arrayValues;
  private final Map<String, Object> metadata = new LinkedHashMap<>();
  private final Map<String, GgufFile.Tensor> tensors = new LinkedHashMap<>();

  GgufHeader(Path path, FileChannel channel) throws IOException {
    this.path = path;
    this.fileSize = channel.size();
    if (fileSize < 24) {
      throw broken("it has only " + fileSize + " bytes");
    }
    TensorFiles.requireNoPointer(path, channel);
    // Mapped, so that a large header costs no heap before it is checked.
    this.in =
        channel
            .map(FileChannel.MapMode.READ_ONLY, 0, Math.min(fileSize, MOST_HEADER_BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    parse();
  }

  Map<String, Object> metadata() {
    return metadata;
  }

  Map<String, GgufFile.Tensor> tensors() {
    return tensors;
  }

  private void parse() {
    int magic = in.getInt();
    if (magic != MAGIC) {
      throw new UserException(
          String.format("%s is no GGUF file: it begins with 0x%08x.", path, magic),
          "Give a .gguf file, a .safetensors file, or a directory with config.json.");
    }
    int version = in.getInt();
    if (version != 0 && (version & 0xFFFF) == 0) {
      throw new UserException(
          path + " is a GGUF file for big-endian machines.",
          "Use the file for little-endian ones, or turn it with llama.cpp's gguf_convert_endian.py.");
    }
    if (version != 2 && version != 3) {
      throw new UserException(
          path + " has GGUF version " + version + "; versions 2 and 3 can be read.",
          "Convert the model again with a recent llama.cpp.");
    }
    long tensorCount = in.getLong();
    long pairCount = in.getLong();
    requireCount("tensors", tensorCount, 32);
    requireCount("metadata entries", pairCount, 13);
    for (long i = 0; i < pairCount; i++) {
      String key = string("metadata key " + i, MOST_KEY_BYTES);
      metadata.put(key, value(key, intOf(key)));
    }
    readTensorTable((int) tensorCount);
  }

  private void readTensorTable(int count) {
    List<GgufFile.Tensor> table = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      table.add(tensorInfo(i));
    }
    long alignment = metadata.get("general.alignment") instanceof Long a ? a : 32;
    if (alignment < 1 || alignment > 1 << 20 || Long.bitCount(alignment) != 1) {
      throw broken("its alignment is " + alignment);
    }
    long data = (in.position() + alignment - 1) / alignment * alignment;
    for (GgufFile.Tensor tensor : table) {
      GgufType type = tensor.type();
      long bytes = tensor.size() / type.blockSize() * type.blockBytes();
      long offset = tensor.position();
      if (offset < 0 || offset > fileSize - data || bytes > fileSize - data - offset) {
        throw broken(
            "tensor %s has %d bytes at %d, but the file has %d"
                .formatted(tensor.name(), bytes, data + offset, fileSize));
      }
      GgufFile.Tensor placed =
          new GgufFile.Tensor(tensor.name(), type, tensor.shape(), data + offset);
      if (tensors.put(tensor.name(), placed) != null) {
        throw broken("tensor " + tensor.name() + " stands twice");
      }
    }
  }

  /** One row of the table; its position is still relative to the data. */
  private GgufFile.Tensor tensorInfo(int i) {
    String name = string("the name of tensor " + i, MOST_KEY_BYTES);
    int dimensions = intOf(name);
    if (dimensions < 1 || dimensions > 4) {
      throw broken("tensor " + name + " has " + dimensions + " dimensions");
    }
    long[] shape = new long[dimensions];
    long size = 1;
    for (int d = dimensions - 1; d >= 0; d--) {
      long length = longOf(name);
      // No type takes less than half a byte a value.
      if (length < 1 || length > 2 * fileSize / size) {
        throw broken("tensor " + name + " has a dimension of " + length);
      }
      shape[d] = length;
      size *= length;
    }
    int typeId = intOf(name);
    GgufType type = GgufType.of(typeId);
    if (type == null) {
      throw new UserException(
          "Tensor %s of %s has the unknown type %d.".formatted(name, path, typeId),
          "Use a file of type F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K.");
    }
    if (shape[dimensions - 1] % type.blockSize() != 0) {
      throw broken(
          "tensor %s has rows of %d values, no multiple of %d"
              .formatted(name, shape[dimensions - 1], type.blockSize()));
    }
    return new GgufFile.Tensor(name, type, shape, longOf(name));
  }

  private Object value(String key, int type) {
    return switch (type) {
      case 0 -> (long) (bytes(key, 1).get() & 0xFF);
      case 1 -> (long) bytes(key, 1).get();
      case 2 -> (long) (bytes(key, 2).getShort() & 0xFFFF);
      case 3 -> (long) bytes(key, 2).getShort();
      case 4 -> intOf(key) & 0xFFFFFFFFL;
      case 5 -> (long) intOf(key);
      case 6 -> (double) bytes(key, 4).getFloat();
      case 7 -> bytes(key, 1).get() != 0;
      case 8 -> string(key, MOST_TEXT_BYTES);
      case 9 -> array(key);
      case 10, 11 -> longOf(key);
      case 12 -> bytes(key, 8).getDouble();
      default -> throw broken("metadata " + key + " has the unknown type " + type);
    };
  }

  private Object array(String key) {
    int type = intOf(key);
    long count = longOf(key);
    int least =
        switch (type) {
          case 0, 1, 7 -> 1;
          case 2, 3 -> 2;
          case 4, 5, 6 -> 4;
          case 8, 10, 11, 12 -> 8;
          default -> throw broken("metadata " + key + " is an array of the unknown type " + type);
        };
    requireCount("values in " + key, count, least);
    int n = (int) count;
    arrayValues += n;
    if (arrayValues > MOST_ARRAY_VALUES) {
      throw broken("its metadata holds more than " + MOST_ARRAY_VALUES + " values");
    }
    if (type == 8) {
      List<String> texts = new ArrayList<>(n);
      for (int i = 0; i < n; i++) {
        texts.add(string(key, MOST_TEXT_BYTES));
      }
      return List.copyOf(texts);
    }
    if (type == 6 || type == 12) {
      double[] numbers = new double[n];
      for (int i = 0; i < n; i++) {
        numbers[i] = (Double) value(key, type);
      }
      return numbers;
    }
    long[] numbers = new long[n];
    for (int i = 0; i < n; i++) {
      Object value = value(key, type);
      numbers[i] = value instanceof Long number ? number : Boolean.TRUE.equals(value) ? 1 : 0;
    }
    return numbers;
  }

  private String string(String what, int most) {
    long length = longOf(what);
    if (length < 0 || length > most || length > in.remaining()) {
      throw broken(
          "%s is said to have %d bytes, but %d are left".formatted(what, length, in.remaining()));
    }
    byte[] bytes = new byte[(int) length];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private void requireCount(String what, long count, int leastBytes) {
    if (count < 0 || count > in.remaining() / leastBytes) {
      throw broken(
          "it is said to have %d %s, too many for %d bytes".formatted(count, what, fileSize));
    }
  }

  private int intOf(String what) {
    return bytes(what, 4).getInt();
  }

  private long longOf(String what) {
    return bytes(what, 8).getLong();
  }

  private ByteBuffer bytes(String what, int count) {
    if (in.remaining() < count) {
      throw broken("it ends within " + what);
    }
    return in;
  }

  private UserException broken(String problem) {
    return TensorFiles.broken(path, problem);
  }
}

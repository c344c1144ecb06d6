package org.optirag.backbone.weights;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.JsonFault;
import org.optirag.workspace.UserException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A safetensors file: named tensors of type F32, F16 or BF16 and a few texts about them. Every
 * length and offset is checked against the file's size before anything is allocated for it. Safe
 * for use from many threads.
 */
public final class SafetensorsFile implements AutoCloseable {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY).build();

  /** A hundred bytes a tensor: room for 160,000. A parsed header takes ten times its bytes. */
  private static final long MOST_HEADER_BYTES = 16L << 20;

  private static final String METADATA = "__metadata__";

  /** How numbers are stored. */
  private enum Kind {
    F32(4),
    F16(2),
    BF16(2);

    final int bytes;

    Kind(int bytes) {
      this.bytes = bytes;
    }

    void decode(ByteBuffer in, int at, float[] out, int to) {
      out[to] =
          switch (this) {
            case F32 -> in.getFloat(at);
            case F16 -> Float.float16ToFloat(in.getShort(at));
            case BF16 -> Float.intBitsToFloat(in.getShort(at) << 16);
          };
    }
  }

  private record Entry(Kind kind, long[] shape, long size, long position) {}

  private final Path path;
  private final FileChannel channel;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  private SafetensorsFile(Path path, FileChannel channel) {
    this.path = path;
    this.channel = channel;
  }

  /**
   * Reads the file's table of tensors.
   *
   * @throws UserException if it is no safetensors file, or broken
   */
  public static SafetensorsFile open(Path path) {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw TensorFiles.unreadable(path, e);
    }
    SafetensorsFile file = new SafetensorsFile(path, channel);
    try {
      file.readHeader();
      return file;
    } catch (IOException e) {
      TensorFiles.closeQuietly(channel);
      throw TensorFiles.unreadable(path, e);
    } catch (RuntimeException e) {
      TensorFiles.closeQuietly(channel);
      throw e;
    }
  }

  /** The texts that stand beside the tensors. */
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(metadata);
  }

  /** The tensors' names and shapes, outermost dimension first. */
  public Map<String, long[]> shapes() {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    entries.forEach((name, entry) -> shapes.put(name, entry.shape.clone()));
    return shapes;
  }

  /**
   * Writes a tensor as singles, row by row.
   *
   * @param target room for exactly its values
   * @throws UserException if there is none of that name
   */
  public void read(String name, FloatBuffer target) {
    Entry entry = entries.get(name);
    if (entry == null) {
      throw new UserException(
          path + " has no tensor " + name + ".",
          "Use the file that belongs to this model; it has " + entries.size() + " others.");
    }
    TensorFiles.requireRoom(name, entry.size, target);
    TensorFiles.readBlocks(
        path, channel, entry.position, entry.size, 1, entry.kind.bytes, entry.kind::decode, target);
  }

  /** A whole tensor in a new array. */
  public float[] read(String name) {
    Entry entry = entries.get(name);
    float[] values = new float[entry == null ? 0 : Math.toIntExact(entry.size)];
    read(name, FloatBuffer.wrap(values));
    return values;
  }

  @Override
  public void close() {
    TensorFiles.closeQuietly(channel);
  }

  private void readHeader() throws IOException {
    long fileSize = channel.size();
    if (fileSize < 10) {
      throw broken("it has only " + fileSize + " bytes");
    }
    TensorFiles.requireNoPointer(path, channel);
    long headerSize = bytes(0, 8).getLong();
    if (headerSize < 2 || headerSize > Math.min(fileSize - 8, MOST_HEADER_BYTES)) {
      throw broken(
          "its header is said to have %d bytes, the file has %d".formatted(headerSize, fileSize));
    }
    JsonNode header;
    try {
      header = JSON.readTree(bytes(8, (int) headerSize).array());
    } catch (JacksonException e) {
      throw broken("its header is no JSON: " + JsonFault.said(e));
    }
    if (!header.isObject()) {
      throw broken("its header is no JSON object");
    }
    for (Map.Entry<String, JsonNode> property : header.properties()) {
      if (property.getKey().equals(METADATA)) {
        property.getValue().properties().stream()
            .filter(text -> text.getValue().isString())
            .forEach(text -> metadata.put(text.getKey(), text.getValue().stringValue()));
      } else {
        String name = property.getKey();
        entries.put(name, entry(name, property.getValue(), 8 + headerSize, fileSize));
      }
    }
  }

  private Entry entry(String name, JsonNode node, long data, long fileSize) {
    Kind kind = kind(name, node.path("dtype").asString(""));
    long[] shape = new long[node.path("shape").size()];
    long size = 1;
    for (int i = 0; i < shape.length; i++) {
      shape[i] = whole(node.path("shape").path(i));
      if (shape[i] < 0 || (shape[i] > 0 && size > fileSize / shape[i])) {
        throw broken("tensor %s has the shape %s".formatted(name, node.path("shape")));
      }
      size *= shape[i];
    }
    long begin = whole(node.path("data_offsets").path(0));
    long end = whole(node.path("data_offsets").path(1));
    if (begin < 0 || end < begin || end > fileSize - data || end - begin != size * kind.bytes) {
      throw broken(
          "tensor %s of shape %s has the offsets %s in a file of %d bytes"
              .formatted(name, node.path("shape"), node.path("data_offsets"), fileSize));
    }
    return new Entry(kind, shape, size, data + begin);
  }

  private Kind kind(String name, String dtype) {
    for (Kind kind : Kind.values()) {
      if (kind.name().equals(dtype)) {
        return kind;
      }
    }
    throw new UserException(
        "Tensor %s of %s has the type \"%s\".".formatted(name, path, dtype),
        "Use a model stored as F32, F16 or BF16.");
  }

  /** A whole number of JSON, or -1 if the node is none. */
  private static long whole(@Nullable JsonNode node) {
    return node != null && node.isIntegralNumber() && node.canConvertToLong()
        ? node.longValue()
        : -1;
  }

  private ByteBuffer bytes(long position, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, position + buffer.position()) < 0) {
        throw broken("it ends at byte " + (position + buffer.position()));
      }
    }
    return buffer.flip();
  }

  private UserException broken(String problem) {
    return TensorFiles.broken(path, problem);
  }
}

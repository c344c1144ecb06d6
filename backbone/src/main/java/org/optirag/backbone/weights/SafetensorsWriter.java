package org.optirag.backbone.weights;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.optirag.workspace.AtomicFiles;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Writes tensors of singles as one safetensors file, wholly or not at all. */
public final class SafetensorsWriter {
  private static final JsonMapper JSON = JsonMapper.shared();

  private record Entry(long[] shape, float[] values) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Adds a text about the tensors. */
  public SafetensorsWriter text(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /**
   * Adds a tensor. The values are read when the file is written.
   *
   * @param values row by row, as many as the product of the shape
   * @throws IllegalArgumentException if the number of values does not fit, or the name is taken
   */
  public SafetensorsWriter tensor(String name, float[] values, long... shape) {
    long size = Arrays.stream(shape).reduce(1, Math::multiplyExact);
    if (size != values.length) {
      throw new IllegalArgumentException(
          name + ": shape " + Arrays.toString(shape) + " but " + values.length + " values");
    }
    if (entries.put(name, new Entry(shape.clone(), values)) != null) {
      throw new IllegalArgumentException(name + " was added before");
    }
    return this;
  }

  /**
   * Writes the file.
   *
   * @throws org.optirag.workspace.UserException if the disk is full or the directory not writable
   */
  public void write(Path target) {
    byte[] header = header();
    AtomicFiles.write(
        target,
        out -> {
          out.write(
              ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(header.length).array());
          out.write(header);
          for (Entry entry : entries.values()) {
            writeValues(out, entry.values);
          }
        });
  }

  private byte[] header() {
    ObjectNode header = JSON.createObjectNode();
    ObjectNode texts = header.putObject("__metadata__");
    texts.put("format", "pt");
    metadata.forEach(texts::put);
    long offset = 0;
    for (Map.Entry<String, Entry> named : entries.entrySet()) {
      Entry entry = named.getValue();
      ObjectNode node = header.putObject(named.getKey()).put("dtype", "F32");
      var shape = node.putArray("shape");
      for (long dimension : entry.shape) {
        shape.add(dimension);
      }
      node.putArray("data_offsets").add(offset).add(offset += 4L * entry.values.length);
    }
    // The format wants the data aligned to 8 bytes; spaces may follow the JSON.
    String json = JSON.writeValueAsString(header);
    int length = json.getBytes(StandardCharsets.UTF_8).length;
    return (json + " ".repeat(-length & 7)).getBytes(StandardCharsets.UTF_8);
  }

  private static void writeValues(OutputStream out, float[] values) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < values.length; at += buffer.capacity() / 4) {
      int count = Math.min(buffer.capacity() / 4, values.length - at);
      buffer.asFloatBuffer().put(values, at, count);
      out.write(buffer.array(), 0, 4 * count);
    }
  }
}

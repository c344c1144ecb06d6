package org.optirag.backbone.weights;

import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * A GGUF file, version 2 or 3: metadata and tensors under the names that the file gives them.
 *
 * <p>Every count, length and offset is checked against the file's size before anything is allocated
 * for it. Safe for use from many threads.
 */
public final class GgufFile implements AutoCloseable {

  /**
   * Where a tensor stands.
   *
   * @param shape outermost dimension first (the file has it innermost first)
   * @param position byte position in the file
   */
  record Tensor(String name, GgufType type, long[] shape, long position) {
    long size() {
      long size = 1;
      for (long dimension : shape) {
        size *= dimension;
      }
      return size;
    }
  }

  private final Path path;
  private final FileChannel channel;
  private final Map<String, Object> metadata;
  private final Map<String, Tensor> tensors;

  private GgufFile(
      Path path, FileChannel channel, Map<String, Object> metadata, Map<String, Tensor> tensors) {
    this.path = path;
    this.channel = channel;
    this.metadata = Collections.unmodifiableMap(metadata);
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /**
   * Reads the file's metadata and its table of tensors.
   *
   * @throws UserException if it is no GGUF file, or broken
   */
  public static GgufFile open(Path path) {
    FileChannel channel;
    try {
      channel = FileChannel.open(path, StandardOpenOption.READ);
    } catch (IOException e) {
      throw TensorFiles.unreadable(path, e);
    }
    try {
      GgufHeader header = new GgufHeader(path, channel);
      return new GgufFile(path, channel, header.metadata(), header.tensors());
    } catch (IOException e) {
      TensorFiles.closeQuietly(channel);
      throw TensorFiles.unreadable(path, e);
    } catch (RuntimeException e) {
      TensorFiles.closeQuietly(channel);
      throw e;
    }
  }

  /** The file. */
  public Path path() {
    return path;
  }

  /**
   * The metadata: {@code String}, {@code Long}, {@code Double}, {@code Boolean}, {@code
   * List<String>}, {@code long[]}, {@code double[]} by key.
   */
  public Map<String, Object> metadata() {
    return metadata;
  }

  /** A text of the metadata, or null if it is absent or no text. */
  public @Nullable String text(String key) {
    return metadata.get(key) instanceof String text ? text : null;
  }

  /** A list of texts of the metadata, empty if it is absent or no such list. */
  public List<String> texts(String key) {
    if (!(metadata.get(key) instanceof List<?> list)) {
      return List.of();
    }
    return list.stream().map(String.class::cast).toList();
  }

  /** A whole number of the metadata, or {@code otherwise} if it is absent or no number. */
  public long number(String key, long otherwise) {
    return metadata.get(key) instanceof Long value ? value : otherwise;
  }

  /** The table of tensors by name. */
  Map<String, Tensor> tensors() {
    return tensors;
  }

  /**
   * Writes a tensor, dequantized, in the file's own order of rows.
   *
   * @param target room for exactly its values
   */
  void read(Tensor tensor, FloatBuffer target) {
    TensorFiles.requireRoom(tensor.name(), tensor.size(), target);
    GgufType type = tensor.type();
    TensorFiles.readBlocks(
        path,
        channel,
        tensor.position(),
        tensor.size() / type.blockSize(),
        type.blockSize(),
        type.blockBytes(),
        type::dequantize,
        target);
  }

  @Override
  public void close() {
    TensorFiles.closeQuietly(channel);
  }
}

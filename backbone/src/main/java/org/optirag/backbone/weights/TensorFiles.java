package org.optirag.backbone.weights;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.stream.LongStream;
import org.optirag.workspace.UserException;

/** What the readers of both formats share: reading blocks of numbers, and their errors. */
final class TensorFiles {
  /** Values decoded at a time by one thread; a multiple of every block size. */
  private static final int CHUNK = 1 << 16;

  private static final String POINTER = "version https://git-lfs";

  private TensorFiles() {}

  /** Turns one block of bytes into values. */
  @FunctionalInterface
  interface BlockDecoder {
    void decode(ByteBuffer in, int at, float[] out, int to);
  }

  /** Decodes {@code blocks} blocks from {@code position} on, on all cores. */
  static void readBlocks(
      Path path,
      FileChannel channel,
      long position,
      long blocks,
      int blockSize,
      int blockBytes,
      BlockDecoder decoder,
      FloatBuffer target) {
    int perChunk = CHUNK / blockSize;
    long chunks = (blocks + perChunk - 1) / perChunk;
    int base = target.position();
    try {
      LongStream.range(0, chunks)
          .parallel()
          .forEach(chunk -> {
            long first = chunk * perChunk;
            int count = (int) Math.min(perChunk, blocks - first);
            ByteBuffer in = bytes(channel, position + first * blockBytes, count * blockBytes);
            float[] out = new float[count * blockSize];
            for (int i = 0; i < count; i++) {
              decoder.decode(in, i * blockBytes, out, i * blockSize);
            }
            target.put(base + Math.toIntExact(first * blockSize), out);
          });
    } catch (UncheckedIOException e) {
      throw unreadable(path, Objects.requireNonNull(e.getCause()));
    }
  }

  private static ByteBuffer bytes(FileChannel channel, long position, int length) {
    ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    try {
      while (buffer.hasRemaining()) {
        if (channel.read(buffer, position + buffer.position()) < 0) {
          throw new EOFException("it ends at byte " + (position + buffer.position()));
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return buffer.flip();
  }

  static void requireRoom(String name, long size, FloatBuffer target) {
    if (target.remaining() != size) {
      throw new IllegalArgumentException(
          name + " has " + size + " values, the target room for " + target.remaining());
    }
  }

  /**
   * Tells a pointer that Git LFS left in the place of a file.
   *
   * @throws UserException if the file is one
   */
  static void requireNoPointer(Path path, FileChannel channel) throws IOException {
    ByteBuffer start = ByteBuffer.allocate(POINTER.length());
    while (start.hasRemaining() && channel.read(start, start.position()) >= 0) {}
    if (new String(start.array(), StandardCharsets.US_ASCII).equals(POINTER)) {
      throw new UserException(
          path + " is a pointer of Git LFS, not the file itself.",
          "Fetch the file: run 'git lfs pull' in its repository, or download it.");
    }
  }

  /** A file that contradicts itself or ends too early. */
  static UserException broken(Path path, String problem) {
    return new UserException(
        "The model file " + path + " is broken: " + problem + ".",
        "Download it again; if the error stays, the file was made wrongly.");
  }

  /** A file that the system does not let us read. */
  static UserException unreadable(Path path, IOException e) {
    String why =
        e instanceof NoSuchFileException ? "there is no such file" : String.valueOf(e.getMessage());
    return new UserException(
        "Cannot read the model file " + path + ": " + why + ".",
        "Check the path and its permissions.",
        e);
  }

  static void closeQuietly(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Opened for reading only: nothing can be lost.
    }
  }
}

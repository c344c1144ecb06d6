package org.optirag.backbone.weights;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * How a GGUF file stores the numbers of a tensor: plain, or in blocks of quantized values with
 * their scales. The layouts are those of ggml ({@code ggml-quants.c}); little-endian.
 */
public enum GgufType {
  /** IEEE single precision. */
  F32(0, 1, 4),
  /** IEEE half precision. */
  F16(1, 1, 2),
  /** 4 bits, one scale a block of 32. */
  Q4_0(2, 32, 18),
  /** 4 bits, scale and minimum. */
  Q4_1(3, 32, 20),
  /** 5 bits, one scale. */
  Q5_0(6, 32, 22),
  /** 5 bits, scale and minimum. */
  Q5_1(7, 32, 24),
  /** 8 bits, one scale. */
  Q8_0(8, 32, 34),
  /** 4 bits, 8 sub-blocks of 32 with 6-bit scales and minima. */
  Q4_K(12, 256, 144),
  /** 5 bits, 8 sub-blocks of 32 with 6-bit scales and minima. */
  Q5_K(13, 256, 176),
  /** 6 bits, 16 sub-blocks of 16 with 8-bit scales. */
  Q6_K(14, 256, 210),
  /** The upper half of a single. */
  BF16(30, 1, 2);

  private final int id;
  private final int blockSize;
  private final int blockBytes;

  GgufType(int id, int blockSize, int blockBytes) {
    this.id = id;
    this.blockSize = blockSize;
    this.blockBytes = blockBytes;
  }

  /** The type with the given number in the file format, or null if this reader does not know it. */
  static @Nullable GgufType of(int id) {
    for (GgufType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }

  /** How many values stand in a block. */
  public int blockSize() {
    return blockSize;
  }

  /** How many bytes a block takes. */
  public int blockBytes() {
    return blockBytes;
  }

  /**
   * Dequantizes one block.
   *
   * @param in little-endian; read from {@code at}, its position is not moved
   * @param at byte offset of the block
   * @param out receives {@link #blockSize()} values from {@code to}
   */
  void dequantize(ByteBuffer in, int at, float[] out, int to) {
    switch (this) {
      case F32 -> out[to] = in.getFloat(at);
      case F16 -> out[to] = half(in, at);
      case BF16 -> out[to] = Float.intBitsToFloat(in.getShort(at) << 16);
      case Q8_0 -> {
        float d = half(in, at);
        for (int i = 0; i < 32; i++) {
          out[to + i] = d * in.get(at + 2 + i);
        }
      }
      case Q4_0 -> nibbles(in, at + 2, 0, half(in, at), -8 * half(in, at), out, to);
      case Q4_1 -> nibbles(in, at + 4, 0, half(in, at), half(in, at + 2), out, to);
      case Q5_0 ->
          nibbles(in, at + 6, in.getInt(at + 2), half(in, at), -16 * half(in, at), out, to);
      case Q5_1 -> nibbles(in, at + 8, in.getInt(at + 4), half(in, at), half(in, at + 2), out, to);
      case Q4_K -> k45(in, at, at + 16, -1, out, to);
      case Q5_K -> k45(in, at, at + 48, at + 16, out, to);
      case Q6_K -> k6(in, at, out, to);
    }
  }

  private static float half(ByteBuffer in, int at) {
    return Float.float16ToFloat(in.getShort(at));
  }

  /** 32 values: the low nibbles of 16 bytes, then the high ones; {@code fifth} holds fifth bits. */
  private static void nibbles(
      ByteBuffer in, int at, int fifth, float scale, float minimum, float[] out, int to) {
    for (int i = 0; i < 16; i++) {
      int b = in.get(at + i);
      int low = (b & 0xF) | ((fifth >>> i & 1) << 4);
      int high = (b >>> 4 & 0xF) | ((fifth >>> (i + 16) & 1) << 4);
      out[to + i] = low * scale + minimum;
      out[to + i + 16] = high * scale + minimum;
    }
  }

  /**
   * Q4_K and Q5_K: d, dmin, twelve bytes of packed 6-bit scales and minima, fifth bits (at {@code
   * fifthAt}, none if negative), nibbles.
   */
  private static void k45(ByteBuffer in, int at, int quants, int fifthAt, float[] out, int to) {
    float d = half(in, at);
    float dmin = half(in, at + 2);
    int scales = at + 4;
    for (int sub = 0; sub < 8; sub++) {
      int scale;
      int minimum;
      if (sub < 4) {
        scale = in.get(scales + sub) & 63;
        minimum = in.get(scales + sub + 4) & 63;
      } else {
        int shared = in.get(scales + sub + 4);
        scale = (shared & 0xF) | ((in.get(scales + sub - 4) >>> 6 & 3) << 4);
        minimum = (shared >>> 4 & 0xF) | ((in.get(scales + sub) >>> 6 & 3) << 4);
      }
      int bytes = quants + (sub / 2) * 32;
      int shift = (sub & 1) * 4;
      for (int i = 0; i < 32; i++) {
        int q = in.get(bytes + i) >>> shift & 0xF;
        if (fifthAt >= 0) {
          q |= (in.get(fifthAt + i) >>> sub & 1) << 4;
        }
        out[to + sub * 32 + i] = d * scale * q - dmin * minimum;
      }
    }
  }

  /** Q6_K: 128 bytes of low nibbles, 64 bytes of upper bit pairs, 16 scales, d. */
  private static void k6(ByteBuffer in, int at, float[] out, int to) {
    float d = half(in, at + 208);
    for (int i = 0; i < 256; i++) {
      int half = i / 128;
      int quarter = i % 128 / 32;
      int lane = i % 32;
      int low = in.get(at + half * 64 + (quarter & 1) * 32 + lane) >>> (quarter / 2 * 4) & 0xF;
      int high = in.get(at + 128 + half * 32 + lane) >>> (quarter * 2) & 3;
      int scale = in.get(at + 192 + half * 8 + quarter * 2 + lane / 16);
      out[to + i] = d * scale * ((low | high << 4) - 32);
    }
  }
}

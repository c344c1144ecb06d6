package org.optirag.backbone.weights;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A small but whole GGUF model, whose parts a test may spoil: metadata values of the Java types
 * Integer, Long, Float, Boolean, String, List of String, int[] and float[], and F32 tensors.
 */
final class TinyGguf {
  private static final int HIDDEN = 4;
  private static final int VOCABULARY = 8;

  final Map<String, Object> metadata = new LinkedHashMap<>();
  final Map<String, int[]> shapes = new LinkedHashMap<>();
  final Map<String, float[]> values = new LinkedHashMap<>();
  final List<String> tensorNames = new ArrayList<>();
  int version = 3;
  int tensorType;
  long firstOffset;

  TinyGguf() {
    metadata.put("general.architecture", "llama");
    metadata.put("llama.embedding_length", HIDDEN);
    metadata.put("llama.block_count", 1);
    metadata.put("llama.attention.head_count", 2);
    metadata.put("llama.attention.head_count_kv", 1);
    metadata.put("llama.feed_forward_length", 8);
    metadata.put("llama.context_length", 32);
    metadata.put("llama.attention.layer_norm_rms_epsilon", 1e-5f);
    metadata.put("tokenizer.ggml.model", "gpt2");
    metadata.put("tokenizer.ggml.pre", "smollm");
    metadata.put(
        "tokenizer.ggml.tokens", List.of("<|end|>", "a", "b", "c", "d", "ab", "cd", "abcd"));
    metadata.put("tokenizer.ggml.token_type", new int[] {3, 1, 1, 1, 1, 1, 1, 1});
    metadata.put("tokenizer.ggml.merges", List.of("a b", "c d", "ab cd"));
    tensor("token_embd.weight", VOCABULARY, HIDDEN);
    tensor("output_norm.weight", HIDDEN);
    tensor("blk.0.attn_norm.weight", HIDDEN);
    tensor("blk.0.attn_q.weight", HIDDEN, HIDDEN);
    tensor("blk.0.attn_k.weight", HIDDEN / 2, HIDDEN);
    tensor("blk.0.attn_v.weight", HIDDEN / 2, HIDDEN);
    tensor("blk.0.attn_output.weight", HIDDEN, HIDDEN);
    tensor("blk.0.ffn_norm.weight", HIDDEN);
    tensor("blk.0.ffn_gate.weight", 8, HIDDEN);
    tensor("blk.0.ffn_up.weight", 8, HIDDEN);
    tensor("blk.0.ffn_down.weight", HIDDEN, 8);
  }

  /** Adds a tensor; the outermost dimension comes first. */
  TinyGguf tensor(String name, int... shape) {
    tensorNames.add(name);
    shapes.put(name, shape);
    return this;
  }

  TinyGguf with(String key, Object value) {
    metadata.put(key, value);
    return this;
  }

  /** Adds a tensor with its values. */
  TinyGguf tensor(String name, float[] numbers, int... shape) {
    values.put(name, numbers);
    return tensor(name, shape);
  }

  /** Without a tensor. */
  TinyGguf without(String name) {
    tensorNames.remove(name);
    return this;
  }

  byte[] bytes() {
    ByteBuffer out = ByteBuffer.allocate(1 << 20).order(ByteOrder.LITTLE_ENDIAN);
    out.put("GGUF".getBytes(StandardCharsets.US_ASCII)).putInt(version);
    out.putLong(tensorNames.size()).putLong(metadata.size());
    metadata.forEach((key, value) -> value(text(out, key), value));
    long offset = firstOffset;
    for (String name : tensorNames) {
      int[] shape = shapes.getOrDefault(name, new int[0]);
      text(out, name).putInt(shape.length);
      for (int d = shape.length - 1; d >= 0; d--) {
        out.putLong(shape[d]);
      }
      out.putInt(tensorType).putLong(offset);
      offset += (size(shape) * 4L + 31) / 32 * 32;
    }
    out.position((out.position() + 31) / 32 * 32);
    int data = out.position();
    for (long at = firstOffset; at < offset; at += 4) {
      out.putFloat(at % 7 - 3);
    }
    long at = 0;
    for (String name : tensorNames) {
      int[] shape = shapes.getOrDefault(name, new int[0]);
      float[] numbers = values.getOrDefault(name, new float[0]);
      for (int i = 0; i < numbers.length; i++) {
        out.putFloat(Math.toIntExact(data + at + 4L * i), numbers[i]);
      }
      at += (size(shape) * 4L + 31) / 32 * 32;
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static int size(int[] shape) {
    return IntStream.of(shape).reduce(1, (a, b) -> a * b);
  }

  private static ByteBuffer text(ByteBuffer out, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return out.putLong(bytes.length).put(bytes);
  }

  private static void value(ByteBuffer out, Object value) {
    switch (value) {
      case Integer number -> out.putInt(4).putInt(number);
      case Long number -> out.putInt(10).putLong(number);
      case Float number -> out.putInt(6).putFloat(number);
      case Boolean flag -> out.putInt(7).put((byte) (flag ? 1 : 0));
      case float[] numbers -> {
        out.putInt(9).putInt(6).putLong(numbers.length);
        for (float number : numbers) {
          out.putFloat(number);
        }
      }
      case String string -> text(out.putInt(8), string);
      case int[] numbers -> {
        out.putInt(9).putInt(5).putLong(numbers.length);
        IntStream.of(numbers).forEach(out::putInt);
      }
      case List<?> strings -> {
        out.putInt(9).putInt(8).putLong(strings.size());
        strings.forEach(string -> text(out, String.valueOf(string)));
      }
      default -> throw new IllegalArgumentException(String.valueOf(value));
    }
  }
}

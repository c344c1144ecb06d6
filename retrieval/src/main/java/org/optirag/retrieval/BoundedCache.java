package org.optirag.retrieval;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.ToLongBiFunction;

/**
 * Keeps what was made of a key, up to a number of bytes. Two generations: when the young one is
 * full, it becomes the old one and the old one is dropped; what is asked for again becomes young.
 * So readers never wait for each other. Two threads that ask for the same new key may both make it.
 *
 * @param <K> what is asked for
 * @param <V> what is made of it
 */
public final class BoundedCache<K, V> {
  private final long half;
  private final ToLongBiFunction<K, V> bytes;
  private volatile Generation<K, V> young = new Generation<>();
  private volatile Generation<K, V> old = new Generation<>();

  private record Generation<K, V>(Map<K, V> values, AtomicLong size) {
    Generation() {
      this(new ConcurrentHashMap<>(), new AtomicLong());
    }
  }

  /**
   * @param most bytes kept
   * @param bytes about what an entry takes
   */
  public BoundedCache(long most, ToLongBiFunction<K, V> bytes) {
    this.half = most / 2;
    this.bytes = bytes;
  }

  /** What was made of the key, or is made now. */
  public V get(K key, Function<? super K, ? extends V> make) {
    Generation<K, V> current = young;
    V found = current.values.get(key);
    if (found != null) {
      return found;
    }
    found = old.values.get(key);
    V value = found != null ? found : make.apply(key);
    if (current.values.putIfAbsent(key, value) == null
        && current.size.addAndGet(bytes.applyAsLong(key, value)) > half) {
      turn(current);
    }
    return value;
  }

  private synchronized void turn(Generation<K, V> full) {
    if (young == full) {
      old = full;
      young = new Generation<>();
    }
  }

  /** About how many bytes are kept; for tests and gauges. */
  public long size() {
    return young.size.get() + old.size.get();
  }
}

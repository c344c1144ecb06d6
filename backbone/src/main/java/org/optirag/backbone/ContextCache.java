package org.optirag.backbone;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Contexts that were read before, by their very tokens, so that what is found is right whatever has
 * become of the user since. Keeps those used last, up to a number of bytes. Safe for use from many
 * threads; close it before its backbone.
 */
public final class ContextCache implements AutoCloseable {
  private final Backbone backbone;
  private final long mostBytes;
  private final Map<Key, CachedPrefix> contexts = new LinkedHashMap<>(16, 0.75f, true);
  private long bytes;
  private long hits;
  private long misses;
  private boolean closed;

  /**
   * An empty cache.
   *
   * @param backbone the only one whose passes may use it
   * @param mostBytes of native memory; a context takes 2 · kvHeads · headSize numbers a token and
   *     block, and hidden more a token
   */
  public ContextCache(Backbone backbone, long mostBytes) {
    this.backbone = backbone;
    this.mostBytes = mostBytes;
  }

  /** Tokens as a key; the array is not changed by anybody. */
  private record Key(int[] tokens) {
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Key key && Arrays.equals(tokens, key.tokens);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(tokens);
    }
  }

  /**
   * What the cache holds and how it has served.
   *
   * @param contexts held now
   * @param bytes of native memory they take
   * @param hits contexts that were found, to whatever depth
   * @param misses contexts that were not
   */
  public record Statistics(int contexts, long bytes, long hits, long misses) {}

  /** A moment's view. */
  public synchronized Statistics statistics() {
    return new Statistics(contexts.size(), bytes, hits, misses);
  }

  Backbone backbone() {
    return backbone;
  }

  /** A context, held for the caller, who releases it; or null. */
  synchronized @Nullable CachedPrefix borrow(int[] tokens) {
    CachedPrefix found = contexts.get(new Key(tokens));
    if (found == null) {
      misses++;
      return null;
    }
    hits++;
    return found.held();
  }

  /** Takes a context over; of two readings of one context the deeper stays. */
  synchronized void put(int[] tokens, CachedPrefix context) {
    Key key = new Key(tokens);
    CachedPrefix before = contexts.get(key);
    boolean fits = context.bytes() <= mostBytes && !closed;
    if (!fits || (before != null && before.depth() >= context.depth())) {
      context.release();
      return;
    }
    contexts.put(key, context);
    bytes += context.bytes();
    if (before != null) {
      drop(before);
    }
    var oldest = contexts.values().iterator();
    while (bytes > mostBytes) {
      CachedPrefix leaving = oldest.next();
      oldest.remove();
      drop(leaving);
    }
  }

  private void drop(CachedPrefix context) {
    bytes -= context.bytes();
    context.release();
  }

  @Override
  public synchronized void close() {
    closed = true;
    contexts.values().forEach(this::drop);
    contexts.clear();
  }
}

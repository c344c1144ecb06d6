package org.optirag.backbone;

import java.util.ArrayDeque;
import java.util.Deque;
import org.bytedeco.javacpp.Pointer;

/**
 * What one object owns of libtorch, released in one go, once, the last first. A constructor that
 * fails halfway closes it, as nobody else can.
 */
final class Owned implements AutoCloseable {
  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Holds something that was made in the present scope, so that it outlives it. */
  <P extends Pointer> P hold(P pointer) {
    return take(pointer.<P>retainReference());
  }

  /** Takes over what was held by whoever made it. */
  <P extends Pointer> P take(P held) {
    releases.push(held::releaseReference);
    return held;
  }

  /** Takes over something that owns tensors of its own. */
  Matrix take(Matrix part) {
    releases.push(part::close);
    return part;
  }

  /** The same. */
  GatedUnit take(GatedUnit part) {
    releases.push(part::close);
    return part;
  }

  /** The same. */
  Block take(Block part) {
    releases.push(part::close);
    return part;
  }

  /** The same. */
  Parameter take(Parameter part) {
    releases.push(part::close);
    return part;
  }

  @Override
  public void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}

package org.optirag.server.rollout;

import java.util.concurrent.atomic.AtomicBoolean;

/** A bundle, held while a request needs it; it is not let go before. Close it once. */
public final class Lease implements AutoCloseable {
  private final Holder holder;
  private final AtomicBoolean open = new AtomicBoolean(true);

  Lease(Holder holder) {
    this.holder = holder;
  }

  /** The bundle. */
  public Deployable bundle() {
    return holder.bundle();
  }

  @Override
  public void close() {
    if (open.compareAndSet(true, false)) {
      holder.release();
    }
  }
}

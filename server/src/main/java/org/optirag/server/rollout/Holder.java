package org.optirag.server.rollout;

import java.util.Optional;

/** Counts who uses a bundle, and lets it go after the last. Safe for use from many threads. */
final class Holder {
  private final Deployable bundle;
  private int users = 1; // the rollout itself
  private boolean retired;

  Holder(Deployable bundle) {
    this.bundle = bundle;
  }

  Deployable bundle() {
    return bundle;
  }

  /** A lease, unless the bundle is on its way out. */
  synchronized Optional<Lease> lease() {
    if (retired) {
      return Optional.empty();
    }
    users++;
    return Optional.of(new Lease(this));
  }

  /** Gives no more leases; the last that is out frees the memory. */
  void retire() {
    synchronized (this) {
      if (retired) {
        return;
      }
      retired = true;
    }
    release();
  }

  void release() {
    boolean last;
    synchronized (this) {
      users--;
      last = users == 0;
    }
    if (last) {
      bundle.close();
    }
  }
}

package org.optirag.evaluation.tradeoff;

/** Parts users into two halves, always the same, whatever their numbers mean. */
final class Halves {
  private Halves() {}

  /** 0 or 1. */
  static int of(int user) {
    return (int) (mixed(user) & 1);
  }

  /** A number that says nothing of the user, and is no other user's. */
  static long mixed(int user) {
    // The finalizer of SplitMix64: users that are numbered by time or size are mixed.
    long z = (user + 1L) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}

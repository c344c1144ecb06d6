package org.optirag.evaluation.tradeoff;

/** Parts users into two halves, always the same, whatever their numbers mean. */
final class Halves {
  private Halves() {}

  /** 0 or 1. */
  static int of(int user) {
    // The finalizer of SplitMix64: users that are numbered by time or size are mixed.
    long z = (user + 1L) * 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return (int) ((z ^ (z >>> 31)) & 1);
  }
}

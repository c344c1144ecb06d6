package org.optirag.training;

/** How the learning rate falls after its warm-up. */
public enum Decay {
  /** Not at all. */
  CONSTANT {
    @Override
    double factor(double progress) {
      return 1;
    }
  },
  /** In a straight line to zero. */
  LINEAR {
    @Override
    double factor(double progress) {
      return 1 - progress;
    }
  },
  /** Along half a cosine to zero. */
  COSINE {
    @Override
    double factor(double progress) {
      return (1 + Math.cos(Math.PI * progress)) / 2;
    }
  };

  /**
   * @param progress 0 at the end of the warm-up, 1 at the end
   */
  abstract double factor(double progress);
}

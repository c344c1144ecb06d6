package org.optirag.training;

import java.util.List;

/**
 * How the learning rate depends on depth (the layer-specific rates of arXiv 2501.02173, higher for
 * shallow layers): γ is 1 at the first exit and falls to a least value at the last.
 */
public enum DepthSchedule {
  /** γ = 1 everywhere. */
  UNIFORM {
    @Override
    double factor(double depth, double deepest) {
      return 1;
    }
  },
  /** γ falls by the same amount with every block. */
  LINEAR {
    @Override
    double factor(double depth, double deepest) {
      return 1 - (1 - deepest) * depth;
    }
  },
  /** γ falls by the same share with every block. */
  EXPONENTIAL {
    @Override
    double factor(double depth, double deepest) {
      return Math.pow(deepest, depth);
    }
  };

  /**
   * @param depth 0 at the first exit, 1 at the last
   */
  abstract double factor(double depth, double deepest);

  /**
   * γ of every exit.
   *
   * @param exits blocks after which heads stand, shallowest first
   * @param deepest γ of the last, in (0, 1]
   */
  public double[] factors(List<Integer> exits, double deepest) {
    double first = exits.getFirst();
    double span = Math.max(1, exits.getLast() - first);
    return exits.stream().mapToDouble(exit -> factor((exit - first) / span, deepest)).toArray();
  }
}

package org.optirag.evaluation.bench;

import java.util.List;

/**
 * How a cost grows with a size.
 *
 * @param name what is timed, for instance "candidates"
 * @param unit what the size counts
 * @param expectedSlope of the logarithms, for large sizes: 1 is in proportion
 * @param reason why that is to be expected, in a sentence
 * @param points by size ascending, at least two
 */
public record GrowthCurve(
    String name, String unit, double expectedSlope, String reason, List<Point> points) {

  /**
   * A size and its cost.
   *
   * @param size how many
   * @param seconds median of the rounds, on the wall
   * @param rounds how many
   */
  public record Point(long size, double seconds, int rounds) {}

  /** Checks the points' order. */
  public GrowthCurve {
    points = List.copyOf(points);
    if (points.size() < 2) {
      throw new IllegalArgumentException(name + " has " + points.size() + " points");
    }
    for (int p = 1; p < points.size(); p++) {
      if (points.get(p).size <= points.get(p - 1).size) {
        throw new IllegalArgumentException(
            "%s: %d after %d".formatted(name, points.get(p).size, points.get(p - 1).size));
      }
    }
  }

  /**
   * The slope of log seconds over log size, by least squares over the last decade of sizes (at
   * least the last two points): small sizes have costs that do not grow.
   */
  public double slope() {
    long last = points.getLast().size;
    List<Point> decade = points.stream().filter(point -> 10 * point.size >= last).toList();
    List<Point> used =
        decade.size() >= 2 ? decade : points.subList(points.size() - 2, points.size());
    double x = used.stream().mapToDouble(point -> Math.log(point.size)).average().orElseThrow();
    double y = used.stream().mapToDouble(point -> Math.log(point.seconds)).average().orElseThrow();
    double both = 0;
    double square = 0;
    for (Point point : used) {
      double dx = Math.log(point.size) - x;
      both += dx * (Math.log(point.seconds) - y);
      square += dx * dx;
    }
    return both / square;
  }
}

package org.optirag.retrieval.behaviour;

import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;
import org.optirag.retrieval.Embeddings;

/**
 * Items as vectors, so that items are alike whose likers like the same things, even if nobody likes
 * both: the right singular vectors of the greatest singular values of the matrix of likes, each
 * times the root of its value, by subspace iteration from a drawn start (Halko, Martinsson and
 * Tropp, arXiv 0909.4061).
 */
final class ItemFactors {
  private static final int ITERATIONS = 8;
  private static final int SPARE = 8;
  private static final double SMALLEST = 1e-9; // of the greatest; below lies rounding

  private ItemFactors() {}

  /**
   * The vectors, of length 1; of length 0 for items that nobody liked.
   *
   * @param most dimensions; there are fewer where the matrix is smaller
   */
  static Embeddings of(LikeMatrix likes, int most, long seed) {
    int width = Math.min(most + SPARE, Math.min(likes.users(), likes.items()));
    float[][] basis = new float[likes.items()][width];
    SplittableRandom random = new SplittableRandom(seed);
    for (int item = 0; item < basis.length; item++) {
      for (int d = 0; d < width && likes.liked(item); d++) {
        basis[item][d] = (float) random.nextGaussian();
      }
    }
    for (int i = 0; i < ITERATIONS; i++) {
      float[][] unit = turned(basis, Directions.of(basis), width, -0.5);
      basis = likes.transposedTimes(likes.times(unit, width(unit)), width(unit));
    }
    float[][] unit = turned(basis, Directions.of(basis), width, -0.5);
    // Of A Q the squares of the singular values are what AᵀA is in this basis.
    Directions values = Directions.of(likes.times(unit, width(unit)));
    float[][] vectors = turned(unit, values, most, 0.25);
    int dimension = width(vectors);
    float[] flat = new float[Math.multiplyExact(vectors.length, dimension)];
    for (int item = 0; item < vectors.length; item++) {
      System.arraycopy(vectors[item], 0, flat, item * dimension, dimension);
    }
    return new Embeddings(vectors.length, dimension, flat).normalized();
  }

  private static int width(float[][] rows) {
    return rows.length == 0 ? 0 : rows[0].length;
  }

  /** Eigenvalues of YᵀY, greatest first, without those that are nothing, and their vectors. */
  private record Directions(double[] values, double[][] vectors) {
    static Directions of(float[][] y) {
      int width = width(y);
      EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(width, true, true);
      if (width == 0 || !eigen.decompose(gram(y, width))) {
        return new Directions(new double[0], new double[0][]);
      }
      int[] order =
          IntStream.range(0, width)
              .boxed()
              .sorted(Comparator.comparingDouble((Integer i) -> -eigen.getEigenvalue(i).getReal()))
              .mapToInt(Integer::intValue)
              .toArray();
      double least = Math.max(Double.MIN_NORMAL, SMALLEST * eigen.getEigenvalue(order[0]).real);
      int[] kept =
          IntStream.of(order).filter(i -> eigen.getEigenvalue(i).getReal() > least).toArray();
      return new Directions(
          IntStream.of(kept).mapToDouble(i -> eigen.getEigenvalue(i).getReal()).toArray(),
          IntStream.of(kept).mapToObj(i -> eigen.getEigenVector(i).data).toArray(double[][]::new));
    }

    private static DMatrixRMaj gram(float[][] y, int width) {
      DMatrixRMaj gram = new DMatrixRMaj(width, width);
      IntStream.range(0, width)
          .parallel()
          .forEach(a -> {
            double[] sums = new double[a + 1];
            for (float[] row : y) {
              for (int b = 0; b <= a; b++) {
                sums[b] += row[a] * row[b];
              }
            }
            for (int b = 0; b <= a; b++) {
              gram.set(a, b, sums[b]);
              gram.set(b, a, sums[b]);
            }
          });
      return gram;
    }
  }

  /** The rows in these directions, each times a power of its value. */
  private static float[][] turned(float[][] rows, Directions to, int most, double power) {
    int width = Math.min(most, to.values.length);
    double[] scale = new double[width];
    for (int d = 0; d < width; d++) {
      scale[d] = Math.pow(to.values[d], power);
    }
    return IntStream.range(0, rows.length)
        .parallel()
        .mapToObj(row -> {
          float[] turned = new float[width];
          for (int d = 0; d < width; d++) {
            double sum = 0;
            for (int from = 0; from < rows[row].length; from++) {
              sum += rows[row][from] * to.vectors[d][from];
            }
            turned[d] = (float) (sum * scale[d]);
          }
          return turned;
        })
        .toArray(float[][]::new);
  }
}

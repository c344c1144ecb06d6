package org.optirag.retrieval;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/** Principal component analysis: centred vectors in the directions of their greatest variance. */
public final class PrincipalComponents {
  private PrincipalComponents() {}

  /**
   * Centres and reduces.
   *
   * @param vectors [rows, dimension]
   * @param dimension to reduce to; what exceeds the vectors' own is ignored
   * @return [rows, min(dimension, vectors' own)]
   * @throws IllegalArgumentException if a value is not finite
   */
  public static Embeddings reduce(Embeddings vectors, int dimension) {
    int from = vectors.dimension();
    int to = Math.min(dimension, from);
    double[] mean = new double[from];
    for (int row = 0; row < vectors.rows(); row++) {
      for (int d = 0; d < from; d++) {
        mean[d] += (double) vectors.values()[row * from + d] / vectors.rows();
      }
    }
    double[][] centred = new double[vectors.rows()][from];
    for (int row = 0; row < vectors.rows(); row++) {
      for (int d = 0; d < from; d++) {
        centred[row][d] = vectors.values()[row * from + d] - mean[d];
      }
    }
    DMatrixRMaj covariance = covariance(centred, from);
    EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(from, true, true);
    if (!eigen.decompose(covariance)) {
      throw new IllegalArgumentException("the vectors hold a value that is not finite");
    }
    int[] order =
        IntStream.range(0, from)
            .boxed()
            .sorted(
                Comparator.comparingDouble((Integer i) -> eigen.getEigenvalue(i).getReal())
                    .reversed())
            .mapToInt(Integer::intValue)
            .toArray();
    Embeddings reduced = Embeddings.zeros(vectors.rows(), to);
    IntStream.range(0, to)
        .parallel()
        .forEach(component -> {
          double[] direction = eigen.getEigenVector(order[component]).data;
          for (int row = 0; row < centred.length; row++) {
            double sum = 0;
            for (int d = 0; d < from; d++) {
              sum += centred[row][d] * direction[d];
            }
            reduced.values()[row * to + component] = (float) sum;
          }
        });
    return reduced;
  }

  private static DMatrixRMaj covariance(double[][] centred, int dimension) {
    DMatrixRMaj covariance = new DMatrixRMaj(dimension, dimension);
    IntStream.range(0, dimension)
        .parallel()
        .forEach(a -> {
          double[] sums = new double[dimension];
          for (double[] row : centred) {
            for (int b = 0; b <= a; b++) {
              sums[b] += row[a] * row[b];
            }
          }
          for (int b = 0; b <= a; b++) {
            covariance.set(a, b, sums[b] / centred.length);
            covariance.set(b, a, sums[b] / centred.length);
          }
        });
    return covariance;
  }
}

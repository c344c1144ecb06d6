package org.optirag.retrieval.behaviour;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.SingularOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.RandomData.Row;

class ItemFactorsTest {
  private static final long SEED = 20261130;
  private static final int USERS = 120;
  private static final int ITEMS = 40;

  /** Against EJML's dense decomposition, on likes that four tastes explain. */
  @Test
  void cosinesEqualThoseOfTheFullDecomposition() {
    List<Row> rows = tastes(new Random(SEED));
    LikeMatrix likes = matrix(rows, 1_000);
    Embeddings found = ItemFactors.of(likes, 4, SEED);
    double[][] expected = reference(rows, 4);
    assertThat(found.dimension()).isEqualTo(4);
    for (int a = 0; a < ITEMS; a++) {
      for (int b = 0; b < ITEMS; b++) {
        assertThat((double) found.dot(a, found, b))
            .as("seed %d, items %d and %d", SEED, a, b)
            .isCloseTo(cosine(expected[a], expected[b]), within(5e-3));
      }
    }
  }

  /** Users of a taste like its ten items more often than others, and each row once more. */
  private static List<Row> tastes(Random random) {
    List<Row> rows = new ArrayList<>();
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < ITEMS; item++) {
        double chance = user % 4 == item % 4 ? 0.3 + 0.15 * (user % 4) : 0.03;
        if (random.nextDouble() < chance) {
          rows.add(new Row(user, item, true, 10));
          rows.add(new Row(user, item, true, 11));
        } else if (random.nextInt(4) == 0) {
          rows.add(new Row(user, item, false, 12));
        }
      }
    }
    rows.sort((x, y) -> Long.compare(x.time(), y.time()));
    return rows;
  }

  private static LikeMatrix matrix(List<Row> rows, long before) {
    boolean[] labels = new boolean[rows.size()];
    for (int row = 0; row < labels.length; row++) {
      labels[row] = rows.get(row).label();
    }
    return LikeMatrix.before(
        new Interactions(
            rows.stream().mapToInt(Row::user).toArray(),
            rows.stream().mapToInt(Row::item).toArray(),
            new float[rows.size()],
            labels,
            rows.stream().mapToLong(Row::time).toArray()),
        before,
        USERS,
        ITEMS);
  }

  private static double[][] reference(List<Row> rows, int dimension) {
    double[][] liked = new double[USERS][ITEMS];
    double[] ofUser = new double[USERS];
    double[] ofItem = new double[ITEMS];
    for (Row row : rows) {
      if (row.label() && liked[row.user()][row.item()] == 0) {
        liked[row.user()][row.item()] = 1;
        ofUser[row.user()]++;
        ofItem[row.item()]++;
      }
    }
    DMatrixRMaj matrix = new DMatrixRMaj(USERS, ITEMS);
    for (int user = 0; user < USERS; user++) {
      for (int item = 0; item < ITEMS; item++) {
        matrix.set(
            user, item, liked[user][item] / Math.sqrt((ofUser[user] + 1) * (ofItem[item] + 1)));
      }
    }
    SingularValueDecomposition_F64<DMatrixRMaj> svd =
        DecompositionFactory_DDRM.svd(USERS, ITEMS, false, true, true);
    svd.decompose(matrix);
    DMatrixRMaj values = svd.getW(null);
    DMatrixRMaj right = svd.getV(null, false);
    SingularOps_DDRM.descendingOrder(null, false, values, right, false);
    double[][] vectors = new double[ITEMS][dimension];
    for (int item = 0; item < ITEMS; item++) {
      for (int d = 0; d < dimension; d++) {
        vectors[item][d] = right.get(item, d) * Math.sqrt(values.get(d, d));
      }
    }
    return vectors;
  }

  private static double cosine(double[] a, double[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int d = 0; d < a.length; d++) {
      ab += a[d] * b[d];
      aa += a[d] * a[d];
      bb += b[d] * b[d];
    }
    return ab / Math.sqrt(aa * bb);
  }

  @Test
  void whatNobodyLikedHasLengthZero() {
    Embeddings none = ItemFactors.of(matrix(tastes(new Random(SEED)), 0), 4, SEED);
    assertThat(none.rows()).isEqualTo(ITEMS);
    Embeddings some =
        ItemFactors.of(
            matrix(List.of(new Row(0, 3, true, 1), new Row(1, 3, true, 1)), 1_000), 4, SEED);
    for (int item = 0; item < ITEMS; item++) {
      assertThat(some.dot(item, some, item)).isCloseTo(item == 3 ? 1 : 0, within(1e-5f));
    }
  }
}

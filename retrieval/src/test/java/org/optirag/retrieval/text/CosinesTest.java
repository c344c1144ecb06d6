package org.optirag.retrieval.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class CosinesTest {
  private static final long SEED = 20261130;

  @Test
  void gatheredTextsHaveTheCosinesOfPairs() {
    Random random = new Random(SEED);
    for (int round = 0; round < 200; round++) {
      TextVector[] texts = new TextVector[random.nextInt(1, 20)];
      for (int i = 0; i < texts.length; i++) {
        texts[i] = sparse(random);
      }
      Cosines gathered = Cosines.of(texts);
      Cosines plain = Cosines.plain(texts);
      for (int c = 0; c < 5; c++) {
        TextVector candidate = sparse(random);
        double[] found = new double[texts.length];
        double[] expected = new double[texts.length];
        gathered.with(candidate, found);
        plain.with(candidate, expected);
        assertThat(found)
            .as("seed %d, round %d", SEED, round)
            .containsExactly(expected, within(1e-6));
      }
    }
  }

  @Test
  void vectorsOfDifferentKindsAreNotCompared() {
    TextVector dense = new TextVector.Dense(new float[] {1, 0});
    TextVector sparse = new TextVector.Sparse(new int[] {3}, new float[] {1});
    assertThatThrownBy(() -> dense.cosine(sparse)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> sparse.cosine(dense)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> dense.cosine(new TextVector.Dense(new float[3])))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Ids repeat between texts, and lie close together, so that the table has collisions. */
  private static TextVector sparse(Random random) {
    int[] ids = random.ints(random.nextInt(12), 0, 40).sorted().distinct().toArray();
    float[] weights = new float[ids.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = random.nextFloat();
    }
    return new TextVector.Sparse(ids, weights);
  }
}

package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Users;

final class FeaturesTest {
  /** User 2 and item 3 do not occur; "War" is of item 3 and item 1, "Noir" of item 0 alone. */
  private static final Dataset DATA =
      new Dataset(
          "tiny",
          "film",
          new Users(
              new IdIndex(List.of("a", "b", "c")),
              List.of(
                  List.of(new Field("age", "30")),
                  List.of(new Field("age", "30")),
                  List.of(new Field("city", "Rome")))),
          new Items(
              new IdIndex(List.of("w", "x", "y", "z")),
              List.of("W", "X", "Y", "Z"),
              List.of(
                  List.of(new Field("genres", "Drama, Noir")),
                  List.of(new Field("genres", "War, Drama ,War")),
                  List.of(),
                  List.of(new Field("genres", "War, Space"), new Field("mood", "Space")))),
          new Interactions(
              new int[] {0, 1, 0}, new int[] {0, 1, 2}, new float[3], new boolean[3], new long[3]));

  private final Features features = Features.of(DATA, DATA.interactions());

  @Test
  void valuesAreCutAtCommasAndSharedByName() {
    assertThat(features.userFields()).as("id, age, city").isEqualTo(3);
    assertThat(features.itemFields()).as("id, genres, mood").isEqualTo(3);
    assertThat(features.ofUser(0)[1]).hasSize(1).isEqualTo(features.ofUser(1)[1]);
    int drama = features.ofItem(0)[1][0];
    assertThat(features.ofItem(0)[1]).as("Noir is of one item alone").containsExactly(drama);
    assertThat(features.ofItem(1)[1]).hasSize(2).contains(drama);
    assertThat(features.count(drama)).isEqualTo(2);
    assertThat(features.count(features.ofUser(0)[0][0])).isEqualTo(2);
    assertThat(features.ofItem(2)[1]).isEmpty();
  }

  @Test
  void whoDoesNotOccurInTrainingHasNoId() {
    assertThat(features.ofUser(2)[0]).isEmpty();
    assertThat(features.ofItem(3)[0]).isEmpty();
    assertThat(features.ofItem(3)[1]).as("War, known from another").hasSize(1);
    assertThat(features.ofItem(3)[2]).isEmpty();
  }
}

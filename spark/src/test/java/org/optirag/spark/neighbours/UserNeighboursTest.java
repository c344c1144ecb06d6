package org.optirag.spark.neighbours;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.ExactUserIndex;
import org.optirag.retrieval.UserIndex;
import org.optirag.spark.LocalSpark;
import org.optirag.spark.graph.BlockEmbeddings;

final class UserNeighboursTest {
  private static final long SEED = 11;
  private static final int USERS = 600;
  private static final int MOST = 10;

  private final SparkSession spark = LocalSpark.session();
  private final BlockEmbeddings users = BlockEmbeddings.random(spark, USERS, 3, 8, SEED);
  private final UserNeighbours neighbours = new UserNeighbours(spark, users, MOST);

  @Test
  void blockedProductsFindWhatTheSingleMachineFinds() {
    Embeddings all = users.collect();
    ExactUserIndex index = new ExactUserIndex(all);
    List<Row> found = neighbours.exact().orderBy("user").collectAsList();
    assertThat(found).hasSize(USERS);
    for (Row row : found) {
      int user = row.getInt(0);
      assertThat(numbers(row))
          .as("seed %d, user %d", SEED, user)
          .isEqualTo(
              index.nearest(all.row(user), MOST, user).stream()
                  .map(UserIndex.Similar::user)
                  .toList());
    }
    int[] some = {3, 599, 42};
    assertThat(neighbours.exact(some).orderBy("user").collectAsList())
        .isEqualTo(List.of(found.get(3), found.get(42), found.get(599)));
  }

  @Test
  void moreTablesAndProbesFindMoreOfTheTrueNeighbours() {
    Dataset<Row> exact = neighbours.exact(IntStream.range(0, 100).toArray()).cache();
    double few =
        UserNeighbours.recall(exact, neighbours.approximate(new Projections(1, 3, 1, SEED)));
    double many =
        UserNeighbours.recall(exact, neighbours.approximate(new Projections(8, 3, 3, SEED)));
    assertThat(few).as("seed %d", SEED).isBetween(0.2, 0.7);
    assertThat(many).as("seed %d", SEED).isGreaterThan(0.95);
    assertThat(UserNeighbours.recall(exact, neighbours.approximate(new Projections(1, 0, 1, SEED))))
        .as("one bucket holds all")
        .isEqualTo(1);
  }

  @Test
  void aBucketThatIsTooLargeIsSplitAndEveryoneStillAnswered() {
    Random random = new Random(SEED);
    List<Bucket.Member> members =
        IntStream.range(0, 3 * Bucket.MOST)
            .mapToObj(n ->
                new Bucket.Member(
                    n, true, n % 500 == 0, new float[] {random.nextFloat(), random.nextFloat()}))
            .toList();
    int[] answered = new int[1];
    Bucket.answer(
        members,
        MOST,
        SEED,
        (user, list) -> {
          answered[0]++;
          assertThat(list.size()).isEqualTo(MOST);
        });
    assertThat(answered[0]).isEqualTo(24);
  }

  @Test
  void aListKeepsEachUserOnceAndTiesByNumber() {
    TopList list = new TopList(3);
    list.offer(5, 0.5f);
    list.offer(9, 0.5f);
    list.offer(7, 0.5f);
    assertThat(IntStream.range(0, list.size()).map(list::user)).containsExactly(5, 7, 9);
    list.offer(5, 0.5f);
    list.offer(1, 0);
    list.offer(2, -0.1f);
    list.offer(8, 0.9f);
    assertThat(IntStream.range(0, list.size()).map(list::user)).containsExactly(8, 5, 7);
    TopList other = new TopList(3);
    other.offer(8, 0.9f);
    other.offer(4, 0.7f);
    list.merge(other);
    assertThat(IntStream.range(0, list.size()).map(list::user)).containsExactly(8, 4, 5);
  }

  private static List<Integer> numbers(Row row) {
    return row.<Row>getList(1).stream().map(neighbour -> neighbour.getInt(0)).toList();
  }
}

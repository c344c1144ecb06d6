package org.optirag.retrieval;

import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Part;
import org.optirag.dataset.PublishedSplit;
import org.optirag.dataset.Users;

/** Small data sets with a published split, times 0 to 999, the last fifth held out. */
public final class RandomData {
  /** How many users there are. */
  public static final int USERS = 20;

  /** How many items there are. */
  public static final int ITEMS = 15;

  /** The first moment that is held out. */
  public static final long TRAIN_END = 800;

  /** After the last moment. */
  public static final long END = 1000;

  /** One row, to be changed before the columns are made. */
  public record Row(int user, int item, boolean label, long time) {}

  private RandomData() {}

  /** Rows in order of time, drawn. */
  public static List<Row> rows(Random random, int size) {
    return IntStream.range(0, size)
        .mapToObj(i ->
            new Row(
                random.nextInt(USERS), random.nextInt(ITEMS), random.nextBoolean(), i * END / size))
        .toList();
  }

  /** The data set of these rows. */
  public static Dataset dataset(List<Row> rows) {
    Part[] parts =
        rows.stream()
            .map(row ->
                row.time < TRAIN_END ? Part.TRAIN : row.time < 900 ? Part.VALIDATION : Part.TEST)
            .toArray(Part[]::new);
    boolean[] labels = new boolean[rows.size()];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = rows.get(i).label;
    }
    Interactions interactions =
        new Interactions(
            rows.stream().mapToInt(Row::user).toArray(),
            rows.stream().mapToInt(Row::item).toArray(),
            new float[rows.size()],
            labels,
            rows.stream().mapToLong(Row::time).toArray());
    return new Dataset(
        "random",
        "movie",
        new Users(ids(USERS), IntStream.range(0, USERS).mapToObj(u -> List.<Field>of()).toList()),
        new Items(
            ids(ITEMS),
            IntStream.range(0, ITEMS)
                .mapToObj(i -> i % 4 == 0 ? "Untitled" : "Film (%d)".formatted(1980 + i))
                .toList(),
            IntStream.range(0, ITEMS)
                .mapToObj(i -> List.of(new Field("genres", i % 2 == 0 ? "Drama, War" : "Drama")))
                .toList()),
        interactions,
        PublishedSplit.of(parts),
        true);
  }

  private static IdIndex ids(int n) {
    return new IdIndex(IntStream.range(0, n).mapToObj(i -> "n" + i).toList());
  }
}

package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Part;
import org.optirag.dataset.PublishedSplit;
import org.optirag.dataset.Users;
import org.optirag.retrieval.RandomData.Row;

/** Against plain numpy (src/test/reference/candidate_features.py), and: nothing of the future. */
class CandidateFeaturesTest {
  private static final long SEED = 20261124;
  private static final int WIDTH = CandidateFeatures.NAMES.size();

  @ParameterizedTest
  @EnumSource
  void equalsTheReferenceWithinTrainingAndHeldOut(LabelVisibility visibility) throws Exception {
    try (SafetensorsFile golden =
        SafetensorsFile.open(
            Path.of(
                Objects.requireNonNull(
                        CandidateFeaturesTest.class.getResource(
                            "/golden/candidate_features.safetensors"))
                    .toURI()))) {
      Dataset data = golden(golden);
      Interactions rows = data.interactions();
      CandidateFeatures features =
          new CandidateFeatures(
              data,
              VisibleHistory.of(
                  data, data.split(), visibility, Horizon.of(data.split().train(), 60_000)));
      float[] expected = golden.read(visibility == LabelVisibility.LIKES ? "likes" : "all");
      for (int row = 0; row < rows.size(); row++) {
        float[] found = features.of(rows.user(row), new int[] {rows.item(row)}, rows.time(row))[0];
        for (int f = 0; f < WIDTH; f++) {
          float reference = expected[row * WIDTH + f];
          assertThat(
                  Float.isNaN(reference) && Float.isNaN(found[f])
                      || Math.abs(found[f] - reference) < 1e-4)
              .as(
                  "row %d, %s: %s, not %s",
                  row, CandidateFeatures.NAMES.get(f), found[f], reference)
              .isTrue();
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatCannotBeKnownYetChangesNothing(LabelVisibility visibility) {
    Random random = new Random(SEED);
    for (int round = 0; round < 60; round++) {
      List<Row> rows = RandomData.rows(random, 500);
      long now = random.nextLong(50, RandomData.END);
      int user = random.nextInt(RandomData.USERS);
      Dataset data = RandomData.dataset(rows);
      long horizon = blocks(data).of(now);
      // The future of the user; of others, all from the block's start on; of his own dislikes, too,
      // where only likes are published at once.
      Dataset changed =
          RandomData.dataset(
              alter(
                  rows,
                  row ->
                      row.time() >= now || (row.user() != user && row.time() >= horizon)
                          ? another(random, row, user)
                          : row.user() == user
                                  && row.time() >= horizon
                                  && !row.label()
                                  && visibility == LabelVisibility.LIKES
                              ? new Row(user, random.nextInt(RandomData.ITEMS), false, row.time())
                              : row));
      int[] candidates = random.ints(4, 0, RandomData.ITEMS).toArray();
      assertThat(text(features(changed, blocks(data), visibility).of(user, candidates, now)))
          .as("seed %d, round %d, user %d at %d", SEED, round, user, now)
          .isEqualTo(text(features(data, blocks(data), visibility).of(user, candidates, now)));
    }
  }

  @Test
  void theUsersOwnPastChangesThem() {
    List<Row> rows = RandomData.rows(new Random(SEED), 500);
    Dataset data = RandomData.dataset(rows);
    Dataset flipped =
        RandomData.dataset(
            alter(
                rows,
                row ->
                    row.user() == 3 && row.time() < 300
                        ? new Row(3, row.item(), !row.label(), row.time())
                        : row));
    float[] before =
        features(data, blocks(data), LabelVisibility.LIKES).of(3, new int[] {5}, 950)[0];
    float[] after =
        features(flipped, blocks(data), LabelVisibility.LIKES).of(3, new int[] {5}, 950)[0];
    assertThat(after[1]).isNotEqualTo(before[1]);
    assertThat(after[3]).isNotEqualTo(before[3]);
  }

  @Test
  void candidatesDoNotDependOnEachOtherNorOnThreads() {
    Dataset data = RandomData.dataset(RandomData.rows(new Random(SEED + 1), 500));
    CandidateFeatures features = features(data, blocks(data), LabelVisibility.ALL);
    int[] all = IntStream.range(0, RandomData.ITEMS).toArray();
    List<float[][]> parallel =
        IntStream.range(0, 400)
            .parallel()
            .mapToObj(k -> features.of(k % RandomData.USERS, all, 100 + k * 2))
            .collect(Collectors.toCollection(ArrayList::new));
    for (int k = 0; k < 400; k++) {
      for (int item : all) {
        assertThat(features.of(k % RandomData.USERS, new int[] {item}, 100 + k * 2)[0])
            .isEqualTo(parallel.get(k)[item]);
      }
    }
  }

  @Test
  void whoAndWhatIsUnknownHasFiniteFigures() {
    Dataset data = RandomData.dataset(List.of(new Row(0, 1, true, 10), new Row(1, 1, true, 900)));
    float[] figures = features(data, blocks(data), LabelVisibility.ALL).of(7, new int[] {9}, 5)[0];
    assertThat(figures[6]).as("year of Film (1989)").isEqualTo(0.45f);
    for (int f = 0; f < WIDTH; f++) {
      if (f != 6) {
        assertThat(figures[f]).isEqualTo(f == 9 ? 9 : 0);
      }
    }
  }

  private static CandidateFeatures features(
      Dataset data, Horizon horizon, LabelVisibility visibility) {
    return new CandidateFeatures(data, VisibleHistory.of(data, data.split(), visibility, horizon));
  }

  /** As text, in which NaN equals NaN. */
  private static String text(float[][] figures) {
    return Arrays.deepToString(figures);
  }

  private static Horizon blocks(Dataset data) {
    return Horizon.of(data.split().train(), 100);
  }

  private static List<Row> alter(List<Row> rows, UnaryOperator<Row> change) {
    return rows.stream().map(change).toList();
  }

  /** Somebody else's, so that it adds nothing to the past of the user. */
  private static Row another(Random random, Row row, int user) {
    return new Row(
        (user + 1 + random.nextInt(RandomData.USERS - 1)) % RandomData.USERS,
        random.nextInt(RandomData.ITEMS),
        random.nextBoolean(),
        row.time());
  }

  private static Dataset golden(SafetensorsFile file) {
    float[] table = file.read("rows");
    int n = table.length / 4;
    boolean[] labels = new boolean[n];
    Part[] parts = new Part[n];
    for (int row = 0; row < n; row++) {
      labels[row] = table[4 * row + 2] == 1;
      parts[row] = table[4 * row + 3] < 400_000 ? Part.TRAIN : Part.TEST;
    }
    float[] years = file.read("years");
    float[] genres = file.read("genres");
    int kinds = genres.length / years.length;
    List<String> titles = new ArrayList<>();
    List<List<Field>> fields = new ArrayList<>();
    for (int item = 0; item < years.length; item++) {
      titles.add(years[item] == 0 ? "(1999) a title" : "A title (%.0f)".formatted(years[item]));
      int first = item * kinds;
      String list =
          IntStream.range(0, kinds)
              .filter(kind -> genres[first + kind] == 1)
              .mapToObj(kind -> "genre " + kind)
              .collect(Collectors.joining(", "));
      fields.add(list.isEmpty() ? List.of() : List.of(new Field("genres", list)));
    }
    return new Dataset(
        "golden",
        "movie",
        new Users(ids(40), Collections.nCopies(40, List.of())),
        new Items(ids(years.length), titles, fields),
        new Interactions(
            IntStream.range(0, n).map(row -> (int) table[4 * row]).toArray(),
            IntStream.range(0, n).map(row -> (int) table[4 * row + 1]).toArray(),
            new float[n],
            labels,
            IntStream.range(0, n).mapToLong(row -> (long) table[4 * row + 3]).toArray()),
        PublishedSplit.of(parts),
        true);
  }

  private static IdIndex ids(int n) {
    return new IdIndex(IntStream.range(0, n).mapToObj(i -> "n" + i).toList());
  }
}

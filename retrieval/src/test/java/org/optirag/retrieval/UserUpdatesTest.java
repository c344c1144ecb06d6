package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.ItemTexts;
import org.optirag.dataset.Split;
import org.optirag.retrieval.RandomData.Row;

/** What is newer than the data: a user's updates, and users and items with higher numbers. */
class UserUpdatesTest {
  private static final long SEED = 20261132;
  private static final int NOBODY = Integer.MAX_VALUE;

  private final List<Row> rows = lastOfEach(RandomData.rows(new Random(SEED), 500));
  private final Dataset data = RandomData.dataset(rows);
  private final Split split = data.split();

  /** As an import keeps them: of each user and item the last row. */
  private static List<Row> lastOfEach(List<Row> rows) {
    Map<List<Integer>, Row> last = new HashMap<>();
    rows.forEach(row -> last.put(List.of(row.user(), row.item()), row));
    return rows.stream().filter(row -> last.get(List.of(row.user(), row.item())) == row).toList();
  }

  private static Behaviour at(int item, boolean liked, long time) {
    return new Behaviour(item, 0, liked, time);
  }

  @ParameterizedTest
  @EnumSource
  void aUsersNewsAreHisHistoryAsIfTheDataHadThem(LabelVisibility visibility) {
    Random random = new Random(SEED);
    for (int user = 0; user < RandomData.USERS; user++) {
      List<Row> told = new ArrayList<>(rows);
      List<Row> news = new ArrayList<>();
      for (long time : random.longs(8, 0, RandomData.END).sorted().toArray()) {
        news.add(new Row(user, random.nextInt(RandomData.ITEMS), random.nextBoolean(), time));
      }
      told.addAll(news);
      told.sort(Comparator.comparingLong(Row::time));
      List<Row> kept = lastOfEach(told);
      List<Behaviour> updates =
          news.stream()
              .filter(row -> kept.stream().anyMatch(each -> each == row))
              .map(row -> at(row.item(), row.label(), row.time()))
              .toList();
      told.clear();
      for (Row row : kept) {
        if (row.label() || visibility == LabelVisibility.ALL || !news.contains(row)) {
          told.add(row);
        }
      }
      Dataset whole = RandomData.dataset(told);
      VisibleHistory base = VisibleHistory.of(data, split, visibility);
      VisibleHistory with = base.with(new UserUpdates(user, updates, false));
      // what the training part holds is the same for both: the labels of others
      VisibleHistory expected =
          new VisibleHistory(
              VisibleHistory.of(whole, whole.split(), visibility).own(),
              base.others(),
              visibility,
              base.horizon());
      for (long time : new long[] {300, 900, RandomData.END + 1}) {
        String as = "seed %d, user %d at %d".formatted(SEED, user, time);
        if (visibility == LabelVisibility.ALL) {
          assertThat(with.history(user, time, 1_000))
              .as(as)
              .isEqualTo(expected.history(user, time, 1_000));
          assertThat(with.ownHistory(user, time).dislikes())
              .as(as)
              .isEqualTo(expected.ownHistory(user, time).dislikes());
        }
        assertThat(with.ownHistory(user, time).likes())
            .as(as)
            .isEqualTo(expected.ownHistory(user, time).likes());
        List<Behaviour> history = with.history(user, time, 1_000);
        assertThat(with.history(user, time, 3))
            .as(as)
            .isEqualTo(history.subList(Math.max(0, history.size() - 3), history.size()));
        int another = (user + 1) % RandomData.USERS;
        assertThat(with.history(another, time, 1_000))
            .as("nobody else's")
            .isEqualTo(base.history(another, time, 1_000));
      }
    }
  }

  @Test
  void figuresOfWhatTheDataLackAreThoseOfNothing() {
    VisibleHistory visible = VisibleHistory.of(data, split, LabelVisibility.ALL);
    CandidateFeatures features = new CandidateFeatures(data, visible);
    ItemTexts texts = texts("A film (2000)", new Field("genres", "Drama"));
    int item = RandomData.ITEMS + 7;
    float[] unknown =
        features.with(visible, texts, Set.of(item)).of(NOBODY, new int[] {item}, 999)[0];
    for (int f = 0; f < unknown.length; f++) {
      switch (CandidateFeatures.NAMES.get(f)) {
        case "year" -> assertThat(unknown[f]).isEqualTo(1f);
        case "gap5" -> assertThat(unknown[f]).isEqualTo(9f);
        default -> assertThat(unknown[f]).as(CandidateFeatures.NAMES.get(f)).isZero();
      }
    }
    float[] known = features.with(visible, texts, Set.of(item)).of(3, new int[] {item}, 999)[0];
    assertThat(known[CandidateFeatures.NAMES.indexOf("g_like")]).isNotZero();
    assertThat(known[CandidateFeatures.NAMES.indexOf("u_n")]).isPositive();
  }

  @Test
  void changedTextsAreReadAndTheRestStaysToTheLastBit() {
    VisibleHistory visible = VisibleHistory.of(data, split, LabelVisibility.ALL);
    CandidateFeatures features = new CandidateFeatures(data, visible);
    int[] candidates = {4, 5};
    float[][] before = features.of(3, candidates, 999);
    float[][] same = features.with(visible, data.items(), Set.of(4, 5, 6)).of(3, candidates, 999);
    assertThat(Arrays.deepToString(same)).isEqualTo(Arrays.deepToString(before));
    float[][] after =
        features.with(visible, texts("B (1960)", null), Set.of(4)).of(3, candidates, 999);
    assertThat(after[0][CandidateFeatures.NAMES.indexOf("year")]).isEqualTo(-1f);
    assertThat(after[0][CandidateFeatures.NAMES.indexOf("g_like")]).isZero();
    assertThatThrownBy(() ->
            features.with(
                VisibleHistory.of(data, split, LabelVisibility.ALL), texts("", null), Set.of()))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aGraphThatHasGrownKeepsWhatDidNotChange() {
    int users = RandomData.USERS;
    int items = RandomData.ITEMS;
    Graph before = Graph.of(split.train(), users, items);
    Random random = new Random(SEED);
    LightGcn trained =
        LightGcn.propagate(before, embeddings(random, users), embeddings(random, items), 3);
    List<Row> more =
        new ArrayList<>(rows.stream().filter(r -> r.time() < RandomData.TRAIN_END).toList());
    more.add(new Row(2, items, true, 995)); // a new item, liked by a known user
    more.add(new Row(users, 5, true, 996)); // a new user
    more.add(new Row(users, items, true, 997));
    Graph after =
        Graph.ofEdges(
            more.stream().filter(Row::label).mapToInt(Row::user).toArray(),
            more.stream().filter(Row::label).mapToInt(Row::item).toArray(),
            users + 1,
            items + 1);
    LightGcn grown = trained.grown(after, new int[] {2, users});
    for (int user = 0; user < users; user++) {
      if (user != 2) {
        assertThat(grown.users().row(user)).isEqualTo(trained.users().row(user));
      }
    }
    for (int item = 0; item < items; item++) {
      assertThat(grown.items().row(item)).isEqualTo(trained.items().row(item));
      assertThat(grown.itemsBelow().row(item)).isEqualTo(trained.itemsBelow().row(item));
    }
    // the new item: of the known user alone, who is in the trained graph
    float[] byHand = trained.users().row(2);
    for (int d = 0; d < byHand.length; d++) {
      assertThat(grown.items().row(items)[d])
          .isCloseTo((float) (byHand[d] / Math.sqrt(after.degreeOfUser(2))), within(1e-6f));
    }
    assertThat(grown.users().row(users)).isEqualTo(grown.foldIn(new int[] {5, items}, after));
    assertThat(grown.users().row(2)).isEqualTo(grown.foldIn(after.itemsOf(2), after));
    assertThat(trained.foldIn(new int[] {5, items + 9, NOBODY}, before))
        .isEqualTo(trained.foldIn(new int[] {5}, before));
    assertThat(after.degreeOfUser(NOBODY)).isZero();
    assertThat(after.degreeOfItem(items + 1)).isZero();
  }

  @Test
  void anEmbeddingIsOutgrownByLikesAlone() {
    int user = 3;
    Graph graph = Graph.of(split.train(), RandomData.USERS, RandomData.ITEMS);
    Random random = new Random(SEED);
    LightGcn model =
        LightGcn.propagate(
            graph, embeddings(random, RandomData.USERS), embeddings(random, RandomData.ITEMS), 3);
    VisibleHistory visible = VisibleHistory.of(data, split, LabelVisibility.ALL);
    GraphTimeline timeline = GraphTimeline.frozen(new GraphSnapshot(graph, model));
    List<Neighbour> trained = neighbours(visible, timeline, user);
    assertThat(neighbours(visible.with(new UserUpdates(user, List.of(), false)), timeline, user))
        .isEqualTo(trained);
    int[] likes = visible.ownHistory(user, 5_000).likes();
    List<UserIndex.Similar> folded =
        UserIndex.of(model.users()).nearest(model.foldIn(likes, graph), 3, user);
    assertThat(neighbours(visible.with(new UserUpdates(user, List.of(), true)), timeline, user))
        .extracting(Neighbour::user)
        .isEqualTo(folded.stream().map(UserIndex.Similar::user).toList());
    assertThat(neighbours(visible.with(new UserUpdates(user + 1, List.of(), true)), timeline, user))
        .as("another's news")
        .isEqualTo(trained);
  }

  private static List<Neighbour> neighbours(
      VisibleHistory visible, GraphTimeline timeline, int user) {
    try (Retriever gcn = new GcnRetriever(visible, timeline, RetrieverSettings.Gcn.DEFAULT)) {
      return gcn.retrieve(user, new int[] {1, NOBODY}, 5_000).neighbours();
    }
  }

  private static Embeddings embeddings(Random random, int rows) {
    float[] values = new float[rows * 8];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Embeddings(rows, 8, values);
  }

  private static ItemTexts texts(String title, @Nullable Field field) {
    return new ItemTexts() {
      @Override
      public String title(int item) {
        return title;
      }

      @Override
      public List<Field> fields(int item) {
        return field == null ? List.of() : List.of(field);
      }
    };
  }
}

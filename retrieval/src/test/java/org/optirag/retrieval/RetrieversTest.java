package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;

class RetrieversTest {
  private static final long SEED = 20260912;
  private static final int USERS = 30;
  private static final int ITEMS = 25;

  @Test
  void nothingAtOrAfterTheMomentIsSeen() {
    Random random = new Random(SEED);
    for (int round = 0; round < 20; round++) {
      Interactions all = interactions(random, 600);
      long now = all.time(300 + random.nextInt(200));
      Interactions before = all.filter(row -> all.time(row) < now);
      Interactions other = interactions(random, 600);
      Interactions changed = join(before, other.filter(row -> other.time(row) >= now));
      Graph graph = Graph.of(before, USERS, ITEMS);
      List<Retriever> real = retrievers(all, graph);
      List<Retriever> altered = retrievers(changed, graph);
      for (int i = 0; i < real.size(); i++) {
        int user = random.nextInt(USERS);
        int[] candidates = random.ints(4, 0, ITEMS).toArray();
        assertThat(altered.get(i).retrieve(user, candidates, now))
            .as("seed %d, round %d, %s", SEED, round, real.get(i).name())
            .isEqualTo(real.get(i).retrieve(user, candidates, now));
      }
      real.forEach(Retriever::close);
      altered.forEach(Retriever::close);
    }
  }

  @Test
  void whatIsFoundOfACandidateDoesNotDependOnTheOthers() {
    Random random = new Random(SEED + 2);
    Interactions all = interactions(random, 900);
    Graph graph = Graph.of(all, USERS, ITEMS);
    for (Retriever retriever : retrievers(all, graph, SharedHistory.LATEST)) {
      for (int user = 0; user < USERS; user++) {
        int[] candidates = random.ints(6, 0, ITEMS).toArray();
        Retrieved together = retriever.retrieve(user, candidates, Long.MAX_VALUE);
        for (int c = 0; c < candidates.length; c++) {
          assertThat(retriever.retrieve(user, new int[] {candidates[c]}, Long.MAX_VALUE))
              .as("seed %d, %s, user %d, candidate %d", SEED, retriever.name(), user, c)
              .isEqualTo(
                  new Retrieved(
                      together.history(),
                      together.neighbours(),
                      List.of(together.evidence().get(c))));
        }
      }
      retriever.close();
    }
  }

  @Test
  void theLatestOfALongHistoryAreShared() {
    Random random = new Random(SEED + 3);
    Interactions all = interactions(random, 2000);
    VisibleHistory visible = visible(all);
    for (Retriever retriever :
        retrievers(all, Graph.of(all, USERS, ITEMS), SharedHistory.LATEST).subList(3, 6)) {
      assertThat(retriever.retrieve(4, new int[] {1, 2}, Long.MAX_VALUE).history())
          .as(retriever.name())
          .hasSize(15)
          .isEqualTo(visible.history(4, Long.MAX_VALUE, 15));
      retriever.close();
    }
  }

  @Test
  void historiesAreInOrderOfTimeAndWithinTheirLength() {
    Random random = new Random(SEED + 1);
    Interactions all = interactions(random, 900);
    for (Retriever retriever : retrievers(all, Graph.of(all, USERS, ITEMS))) {
      for (int user = 0; user < USERS; user++) {
        Retrieved found = retriever.retrieve(user, new int[] {3, 9}, Long.MAX_VALUE);
        assertThat(found.history()).hasSizeLessThanOrEqualTo(15);
        assertThat(found.history()).isSortedAccordingTo((a, b) -> Long.compare(a.time(), b.time()));
        assertThat(found.evidence()).hasSize(2);
      }
      retriever.close();
    }
  }

  @Test
  void evidenceCountsOthersOnly() {
    // Users 0, 1, 2 saw item 7; 1 and 2 liked it.
    Interactions all =
        new Interactions(
            new int[] {0, 1, 2},
            new int[] {7, 7, 7},
            new float[] {1, 5, 5},
            new boolean[] {false, true, true},
            new long[] {10, 20, 30});
    VisibleHistory visible = visible(all);
    try (Retriever popular = RecentRetriever.popular(visible, 15)) {
      assertThat(popular.retrieve(5, new int[] {7}, 30).evidence())
          .containsExactly(new Evidence(List.of(), 0, 0, 2, 1));
      assertThat(popular.retrieve(0, new int[] {7}, 31).evidence())
          .containsExactly(new Evidence(List.of(), 0, 0, 2, 2));
    }
  }

  @Test
  void bm25FindsTheBehaviourThatSharesRareWords() {
    Interactions all =
        new Interactions(
            new int[] {0, 0, 0},
            new int[] {0, 1, 2},
            new float[] {5, 5, 5},
            new boolean[] {true, true, true},
            new long[] {1, 2, 3});
    List<String> titles = new ArrayList<>(List.of("Star Voyage", "Garden Notes", "Night Train"));
    while (titles.size() < ITEMS) {
      titles.add("Star Voyage " + titles.size());
    }
    titles.set(9, "The Garden of Stars");
    try (Retriever bm25 =
        new Bm25Retriever(visible(all), items(titles), new RetrieverSettings.Bm25(1))) {
      Retrieved found = bm25.retrieve(0, new int[] {9}, 10);
      assertThat(found.history()).extracting(Behaviour::item).containsExactly(1);
      assertThat(found.evidence().getFirst().relevant())
          .extracting(Behaviour::item)
          .containsExactly(0, 1);
    }
  }

  @Test
  void aCandidateSeenBeforeIsNotToldAsSimilarToItself() {
    Random random = new Random(SEED + 3);
    Interactions all = interactions(random, 900);
    Behaviours behaviours = new Behaviours(all, USERS, ITEMS);
    int repeats = 0;
    for (Retriever retriever : retrievers(all, Graph.of(all, USERS, ITEMS))) {
      for (int user = 0; user < USERS; user++) {
        int[] seen =
            Arrays.stream(behaviours.ofUser(user, Long.MAX_VALUE)).map(all::item).toArray();
        List<Evidence> evidence = retriever.retrieve(user, seen, Long.MAX_VALUE).evidence();
        for (int c = 0; c < seen.length; c++) {
          assertThat(evidence.get(c).relevant())
              .as("seed %d, %s, user %d", SEED + 3, retriever.name(), user)
              .extracting(Behaviour::item)
              .doesNotContain(seen[c]);
          repeats += evidence.get(c).relevant().size();
        }
      }
      retriever.close();
    }
    assertThat(repeats).as("behaviours told in the candidate's place").isGreaterThan(1000);
  }

  @Test
  void theNextMostAlikeIsToldInThePlaceOfTheCandidateItself() {
    List<Behaviour> history =
        IntStream.range(0, 4).mapToObj(item -> new Behaviour(item, 5, true, item)).toList();
    RelevantHistory choice = new RelevantHistory(15, 2, SharedHistory.LIKE_CANDIDATES);
    double[][] values = {{0.2, 1, 0.5, 0.1}, {0.2, 1, 0.5, 0.1}};
    RelevantHistory.Likeness likeness = new RelevantHistory.Likeness(new int[] {1, 9}, values);
    assertThat(choice.relevant(history, likeness, 0))
        .extracting(Behaviour::item)
        .containsExactly(0, 2);
    assertThat(choice.relevant(history, likeness, 1))
        .extracting(Behaviour::item)
        .containsExactly(1, 2);
    assertThat(choice.ofContext(history, likeness)).isEqualTo(history);
  }

  @Test
  void principalComponentsKeepDistancesAndOrderVariance() {
    Random random = new Random(SEED + 2);
    float[] values = new float[50 * 6];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * (1 + i % 6) + 3);
    }
    Embeddings original = new Embeddings(50, 6, values);
    Embeddings all = PrincipalComponents.reduce(original, 99);
    assertThat(all.dimension()).isEqualTo(6);
    for (int a = 0; a < 50; a++) {
      assertThat(distance(all, a, 0)).isCloseTo(distance(original, a, 0), within(1e-3));
    }
    double before = Double.MAX_VALUE;
    for (int d = 0; d < 6; d++) {
      double variance = 0;
      for (int row = 0; row < 50; row++) {
        variance += Math.pow(all.values()[row * 6 + d], 2);
      }
      assertThat(variance).isLessThanOrEqualTo(before);
      before = variance;
    }
    assertThat(PrincipalComponents.reduce(original, 2).row(7))
        .isEqualTo(new float[] {all.row(7)[0], all.row(7)[1]});
  }

  private static double distance(Embeddings embeddings, int a, int b) {
    double sum = 0;
    for (int d = 0; d < embeddings.dimension(); d++) {
      sum += Math.pow(embeddings.row(a)[d] - embeddings.row(b)[d], 2);
    }
    return Math.sqrt(sum);
  }

  private static List<Retriever> retrievers(Interactions all, Graph graph) {
    return retrievers(all, graph, SharedHistory.LIKE_CANDIDATES);
  }

  private static List<Retriever> retrievers(Interactions all, Graph graph, SharedHistory shared) {
    VisibleHistory visible = visible(all);
    Random random = new Random(1);
    LightGcn model =
        LightGcn.propagate(graph, embeddings(random, USERS, 8), embeddings(random, ITEMS, 8), 2);
    return List.of(
        RecentRetriever.none(visible),
        RecentRetriever.recent(visible, 15),
        RecentRetriever.popular(visible, 15),
        new Bm25Retriever(
            visible,
            items(IntStream.range(0, ITEMS).mapToObj(i -> "w" + i % 5 + " x" + i % 3).toList()),
            new RetrieverSettings.Bm25(15).with(shared)),
        new SemanticRetriever(
            visible, embeddings(random, ITEMS, 6), new RetrieverSettings.Semantic(15).with(shared)),
        new GcnRetriever(
            visible,
            GraphTimeline.frozen(new GraphSnapshot(graph, model)),
            RetrieverSettings.Gcn.DEFAULT.with(shared)));
  }

  private static VisibleHistory visible(Interactions all) {
    return new VisibleHistory(new Behaviours(all, USERS, ITEMS), new Behaviours(all, USERS, ITEMS));
  }

  private static Items items(List<String> titles) {
    return new Items(
        new IdIndex(IntStream.range(0, titles.size()).mapToObj(i -> "i" + i).toList()),
        titles,
        titles.stream().map(title -> List.<Field>of()).toList());
  }

  private static Embeddings embeddings(Random random, int rows, int dimension) {
    float[] values = new float[rows * dimension];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Embeddings(rows, dimension, values);
  }

  private static Interactions interactions(Random random, int size) {
    int[] users = random.ints(size, 0, USERS).toArray();
    int[] items = random.ints(size, 0, ITEMS).toArray();
    float[] ratings = new float[size];
    boolean[] labels = new boolean[size];
    long[] times = new long[size];
    for (int i = 0; i < size; i++) {
      ratings[i] = 1 + random.nextInt(5);
      labels[i] = ratings[i] > 3;
      times[i] = i / 3;
    }
    return new Interactions(users, items, ratings, labels, times);
  }

  private static Interactions join(Interactions a, Interactions b) {
    int n = a.size() + b.size();
    int[] users = new int[n];
    int[] items = new int[n];
    float[] ratings = new float[n];
    boolean[] labels = new boolean[n];
    long[] times = new long[n];
    for (int i = 0; i < n; i++) {
      Interactions from = i < a.size() ? a : b;
      int row = i < a.size() ? i : i - a.size();
      users[i] = from.user(row);
      items[i] = from.item(row);
      ratings[i] = from.rating(row);
      labels[i] = from.label(row);
      times[i] = from.time(row);
    }
    return new Interactions(users, items, ratings, labels, times);
  }
}

package org.optirag.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.dataset.Untitled;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.PromptSource.Prepared;
import org.optirag.recommender.PromptSource.SimilarUser;
import org.optirag.recommender.PromptSource.Told;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.UnknownItemException;
import org.optirag.recommender.knowledge.Event;
import org.optirag.recommender.knowledge.Rows;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.events.FeedbackIntake.Receipt;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.server.store.EventStore;

class LiveDataTest {
  private static final long SEED = 20261128;
  private static final Tokenizer TOKENIZER = new Letters();

  private final Town town = Town.of(SEED);

  private static RequestPrompts prompts(LiveData live, RetrieverSettings retriever) {
    return live.prompts(Town.of(SEED).parts(TOKENIZER, retriever, SEED));
  }

  private static RequestPrompts recent(LiveData live) {
    return prompts(live, new RetrieverSettings.Recent(1_000));
  }

  private static String context(Prepared prepared) {
    return TOKENIZER.decode(prepared.prompt().tokens().context());
  }

  private static String candidate(Prepared prepared, int place) {
    return TOKENIZER.decode(prepared.prompt().tokens().candidates().get(place));
  }

  private static float feature(Prepared prepared, int candidate, String name) {
    return prepared.prompt().features()[candidate][CandidateFeatures.NAMES.indexOf(name)] * 1_000;
  }

  /** A moment after everything: when requests that name no time are answered. */
  private static long after(Dataset data) {
    Interactions all = data.interactions();
    return all.time(all.size() - 1) + 1;
  }

  private static List<String> items(Prepared prepared) {
    return prepared.history().stream().map(Told::item).toList();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutEventsAnswersAreThoseOfTheDataThemselves(boolean published) {
    Town quiet = Town.of(SEED, true, published);
    VisibleHistory visible = VisibleHistory.of(quiet.data, quiet.split);
    GraphTimeline timeline = GraphTimeline.frozen(quiet.trained(SEED));
    Map<Retriever, RetrieverSettings> pairs =
        Map.of(
            RecentRetriever.none(visible),
            new RetrieverSettings.None(),
            RecentRetriever.recent(visible, 15),
            new RetrieverSettings.Recent(15),
            RecentRetriever.popular(visible, 15),
            new RetrieverSettings.Popular(15),
            new Bm25Retriever(visible, quiet.data.items(), new RetrieverSettings.Bm25(15)),
            new RetrieverSettings.Bm25(15),
            new GcnRetriever(visible, timeline, RetrieverSettings.Gcn.DEFAULT),
            RetrieverSettings.Gcn.DEFAULT);
    PromptAssembler assembler = new PromptAssembler(quiet.data, TOKENIZER, Town.PROMPTS);
    ScaledFeatures features =
        new ScaledFeatures(
            new CandidateFeatures(quiet.data, visible)::of,
            Town.FEATURES.scaling(),
            Town.FEATURES.units());
    int[] candidates = {1, 2, 30, 59};
    long now = after(quiet.data);
    try (LiveData live = quiet.open(new MemoryStore(false))) {
      pairs.forEach((retriever, lively) -> {
        RequestPrompts prompts = prompts(live, lively);
        for (int user = 0; user < Town.USERS; user++) {
          String as = "seed %d, %s, user %d".formatted(SEED, retriever.name(), user);
          Prompt expected =
              assembler.assemble(user, candidates, retriever.retrieve(user, candidates, now));
          Prepared found = prompts.prepare(Town.query("u" + user, "i1", "i2", "i30", "i59"));
          assertThat(context(found))
              .as(as)
              .isEqualTo(TOKENIZER.decode(expected.tokens().context()));
          for (int c = 0; c < candidates.length; c++) {
            assertThat(candidate(found, c))
                .as(as)
                .isEqualTo(TOKENIZER.decode(expected.tokens().candidates().get(c)));
          }
          assertThat(found.prompt().features())
              .as(as)
              .isDeepEqualTo(features.of(user, candidates, now));
        }
      });
    }
  }

  @Test
  void anAcknowledgedLikeIsInTheNextPromptAtOnceAndStaysWhenTheWorldIsRenewed() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts recent = recent(live)) {
      Prepared before = recent.prepare(Town.query("u3", "i1"));
      assertThat(live.accept(List.of(Town.liked("e", "u3", "i58", Town.END + 500))))
          .isEqualTo(new Receipt(1, 0));
      Prepared after = recent.prepare(Town.query("u3", "i1"));
      assertThat(items(after)).hasSize(items(before).size() + 1).endsWith("i58");
      assertThat(after.history().getLast())
          .isEqualTo(new Told("i58", Town.title(58), true, Town.END + 500));
      assertThat(context(after)).contains("\n- " + Town.title(58));
      assertThat(feature(after, 0, "u_n")).isGreaterThan(feature(before, 0, "u_n"));
      assertThat(live.accept(List.of(Town.liked("e", "u3", "i58", Town.END + 500))))
          .isEqualTo(new Receipt(0, 1));
      assertThat(recent.prepare(Town.query("u3", "i1")))
          .usingRecursiveComparison()
          .isEqualTo(after);
      live.renew();
      assertThat(items(recent.prepare(Town.query("u3", "i1")))).isEqualTo(items(after));
    }
  }

  @Test
  void dislikesAreToldAtOnceWhereTheyAreFedBackElseWhenTheWorldIsRenewed() {
    for (boolean published : new boolean[] {false, true}) {
      try (LiveData live = Town.of(SEED, true, published).open(new MemoryStore(false));
          RequestPrompts recent = recent(live)) {
        live.accept(
            List.of(
                Town.disliked("no", "u3", "i58", Town.END + 1),
                Town.liked("yes", "u3", "i57", Town.END + 2)));
        assertThat(items(recent.prepare(Town.query("u3", "i1"))).contains("i58"))
            .isEqualTo(!published);
        assertThat(items(recent.prepare(Town.query("u3", "i1")))).endsWith("i57");
        live.renew();
        assertThat(items(recent.prepare(Town.query("u3", "i1")))).endsWith("i58", "i57");
      }
    }
  }

  @Test
  void aNewUserHasAHistoryAndSimilarUsersFromHisFirstLike() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts gcn = prompts(live, RetrieverSettings.Gcn.DEFAULT)) {
      Prepared unknown = gcn.prepare(Town.query("somebody", "i1", "i2"));
      assertThat(unknown.history()).isEmpty();
      assertThat(unknown.neighbours()).isEmpty();
      live.accept(
          List.of(
              new Event.Introduced("0", "somebody", List.of(new Field("job", "baker"))),
              Town.liked("1", "somebody", "i4", Town.END + 1),
              Town.liked("2", "somebody", "i6", Town.END + 2)));
      Prepared known = gcn.prepare(Town.query("somebody", "i1", "i2"));
      assertThat(items(known)).containsExactly("i4", "i6");
      assertThat(context(known)).contains("The user: job baker");
      assertThat(known.neighbours()).isNotEmpty();
      live.renew();
      Prepared renewed = gcn.prepare(Town.query("somebody", "i1", "i2"));
      assertThat(items(renewed)).containsExactly("i4", "i6");
      assertThat(renewed.neighbours()).extracting(SimilarUser::user).doesNotContain("somebody");
    }
  }

  @Test
  void likesMoveAUserAmongOthersAtOnce() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts gcn = prompts(live, RetrieverSettings.Gcn.DEFAULT)) {
      List<String> before = neighbours(gcn, "u8");
      live.accept(List.of(Town.disliked("no", "u8", "i1", Town.END + 1)));
      assertThat(neighbours(gcn, "u8")).isEqualTo(before);
      live.accept(
          IntStream.range(0, 25)
              .mapToObj(n -> Town.liked("e" + n, "u8", "i" + (2 * n + 1), Town.END + 2 + n))
              .toList());
      List<String> after = neighbours(gcn, "u8");
      assertThat(after).isNotEqualTo(before).doesNotContain("u8");
      live.renew();
      // the graph's degrees have changed with the snapshot, so the weights have a little
      assertThat(neighbours(gcn, "u8")).containsAnyElementsOf(after);
    }
  }

  @Test
  void nobodyIsHisOwnNeighbourHoweverMuchOfHimIsKnown() {
    Random random = new Random(SEED);
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts gcn = prompts(live, RetrieverSettings.Gcn.DEFAULT)) {
      for (int round = 0; round < 8; round++) {
        List<Event> events = new ArrayList<>();
        for (int n = 0; n < 6; n++) {
          String name = round + "." + n;
          String user = "u" + random.nextInt(Town.USERS + 5);
          String item = "i" + random.nextInt(Town.ITEMS + 5);
          long time = Town.END + 10 * round + n;
          events.add(
              random.nextBoolean()
                  ? Town.liked(name, user, item, time)
                  : Town.disliked(name, user, item, time));
        }
        live.accept(events);
        for (int user = 0; user < Town.USERS + 6; user++) {
          assertThat(neighbours(gcn, "u" + user))
              .as("seed %d, round %d", SEED, round)
              .doesNotHaveDuplicates()
              .doesNotContain("u" + user);
        }
        if (random.nextInt(3) == 0) {
          live.renew();
        }
      }
    }
  }

  private static List<String> neighbours(RequestPrompts prompts, String user) {
    return prompts.prepare(Town.query(user, "i1")).neighbours().stream()
        .map(SimilarUser::user)
        .toList();
  }

  @Test
  void itemsAreRankedByTheRequestsTextsByEventsTextsOrNotAtAll() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts gcn = prompts(live, RetrieverSettings.Gcn.DEFAULT)) {
      assertThatThrownBy(() -> gcn.prepare(Town.query("u1", "i1", "cold")))
          .isInstanceOfSatisfying(
              UnknownItemException.class, e -> assertThat(e.candidate()).isEqualTo(1))
          .hasMessageContaining("cold");
      CandidateItem brought =
          new CandidateItem("cold", "Ice (2010)", List.of(new Field("genres", "Comedy")));
      Prepared byRequest =
          gcn.prepare(new RankRequest("u1", List.of(brought, CandidateItem.of("i2"))));
      assertThat(candidate(byRequest, 0)).contains("Candidate film: Ice (2010)\ngenres: Comedy");
      assertThat(feature(byRequest, 0, "year")).isCloseTo(1.5f, within());
      assertThat(feature(byRequest, 0, "g_like")).isNotZero();
      assertThat(feature(byRequest, 0, "i_n")).isZero();
      assertThatThrownBy(() -> gcn.prepare(Town.query("u1", "cold")))
          .as("a request teaches nothing")
          .isInstanceOf(UnknownItemException.class);

      live.accept(List.of(new Event.Described("d", "cold", "Ice (2010)", brought.fields())));
      Prepared byEvent = gcn.prepare(Town.query("u1", "cold", "i2"));
      assertThat(byEvent.prompt().tokens().candidates().toArray(int[][]::new))
          .isDeepEqualTo(byRequest.prompt().tokens().candidates().toArray(int[][]::new));
      assertThat(byEvent.prompt().features()).isDeepEqualTo(byRequest.prompt().features());

      live.accept(List.of(Town.liked("l", "u2", "nameless", Town.END + 1)));
      assertThat(candidate(gcn.prepare(Town.query("u1", "nameless")), 0))
          .as("as an import names it")
          .contains("Candidate film: " + Untitled.title("nameless"));
      live.renew();
      Prepared renewed = gcn.prepare(Town.query("u1", "cold", "nameless"));
      assertThat(candidate(renewed, 0)).contains("Ice (2010)");
      assertThat(candidate(renewed, 1))
          .contains("Candidate film: " + Untitled.title("nameless"))
          .contains("Liked by 1 of 1 users");
      assertThat(context(gcn.prepare(Town.query("u2", "i1"))))
          .as("told of as it is asked about")
          .contains("\n- " + Untitled.title("nameless"))
          .doesNotContain("nameless");
    }
  }

  private static org.assertj.core.data.Offset<Float> within() {
    return org.assertj.core.data.Offset.offset(1e-3f);
  }

  @Test
  void changedTextsAreReadFromThenOnWhereverTheItemIsTold() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts recent = recent(live)) {
      live.accept(List.of(Town.liked("l", "u3", "i58", Town.END + 1)));
      Prepared before = recent.prepare(Town.query("u3", "i58", "i2"));
      live.accept(
          List.of(
              new Event.Described("a", "i58", "Other (1920)", List.of(new Field("genres", "X"))),
              new Event.Introduced("b", "u3", List.of(new Field("age", "99")))));
      for (int round = 0; round < 2; round++) {
        Prepared after = recent.prepare(Town.query("u3", "i58", "i2"));
        assertThat(context(after)).contains("- Other (1920)").contains("age 99");
        assertThat(context(after)).doesNotContain(Town.title(58));
        assertThat(candidate(after, 0)).contains("Other (1920)\ngenres: X");
        assertThat(feature(after, 0, "year")).isCloseTo(-3f, within());
        assertThat(feature(after, 1, "g_like")).isNotEqualTo(feature(before, 1, "g_like"));
        live.renew();
      }
      live.accept(List.of(new Event.Described("c", "i58", "Third", List.of())));
      assertThat(context(recent.prepare(Town.query("u3", "i1")))).contains("- Third");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRenewedWorldIsThatOfDataImportedWithTheEvents(boolean restarted) {
    MemoryStore store = new MemoryStore(false);
    Random random = new Random(SEED);
    List<Event> events = new ArrayList<>();
    Rows more = new Rows();
    for (int n = 0; n < 200; n++) {
      // old and new users and items, in order of time and before the end of the data as well
      int user = random.nextInt(Town.USERS + 3);
      int item = random.nextInt(Town.ITEMS + 3);
      boolean liked = random.nextBoolean();
      long time = Town.END - 100_000 + random.nextInt(101_000);
      events.add(
          new Event.Interacted("e" + n, "u" + user, "i" + item, liked, OptionalDouble.of(3), time));
      more.add(user, new Behaviour(item, 3, liked, time));
    }
    for (int item = Town.ITEMS; item < Town.ITEMS + 3; item++) {
      events.add(
          new Event.Described(
              "t" + item,
              "i" + item,
              Town.title(item),
              List.of(new Field("genres", item % 2 == 0 ? "Drama, War" : "Comedy"))));
    }
    // numbers as events give them, so that equal figures come in an equal order
    Town town = Town.of(lastOfEach(this.town.data.interactions()), true, false);
    LiveData live = town.open(store);
    RequestPrompts popular = prompts(live, new RetrieverSettings.Popular(1_000));
    live.accept(
        List.of(
            new Event.Introduced("x0", "u40", List.of()),
            new Event.Introduced("x1", "u41", List.of()),
            new Event.Introduced("x2", "u42", List.of()),
            new Event.Described("y0", "i60", "?", List.of()),
            new Event.Described("y1", "i61", "?", List.of()),
            new Event.Described("y2", "i62", "?", List.of())));
    for (Event event : events) {
      live.accept(List.of(event));
      if (random.nextInt(20) == 0) {
        live.renew();
      }
    }
    live.renew();
    if (restarted) {
      live.close();
      live = town.open(store);
      popular = prompts(live, new RetrieverSettings.Popular(1_000));
    }
    Interactions told = more.inOrderOfTime();
    Interactions whole = lastOfEach(town.data.interactions().merged(told));
    Town imported = Town.of(whole, true, false);
    Interactions none = told.filter(row -> false);
    VisibleHistory visible =
        VisibleHistory.of(
            imported.data,
            new Split(whole.filter(row -> !holds(town.split.test(), whole, row)), none, none));
    CandidateFeatures features = new CandidateFeatures(imported.data, visible);
    int[] all = IntStream.range(0, Town.ITEMS + 3).toArray();
    String[] ids = IntStream.of(all).mapToObj(item -> "i" + item).toArray(String[]::new);
    for (int user = 0; user < Town.USERS + 3; user++) {
      Prepared prepared = popular.prepare(Town.query("u" + user, ids));
      float[][] expected = features.of(user, all, after(imported.data));
      for (int item : all) {
        for (int f = 0; f < expected[item].length; f++) {
          float figure = Float.isNaN(expected[item][f]) ? 0 : expected[item][f];
          assertThat(prepared.prompt().features()[item][f])
              .as("seed %d, user %d, item %d, %s", SEED, user, item, CandidateFeatures.NAMES.get(f))
              .isEqualTo(figure / 1_000);
        }
      }
    }
    live.close();
  }

  /** As an import keeps them: of each user and item the last row. */
  private static Interactions lastOfEach(Interactions rows) {
    Map<List<Integer>, Integer> last = new HashMap<>();
    for (int row = 0; row < rows.size(); row++) {
      last.put(List.of(rows.user(row), rows.item(row)), row);
    }
    Set<Integer> kept = new HashSet<>(last.values());
    return rows.filter(kept::contains);
  }

  private static boolean holds(Interactions some, Interactions rows, int row) {
    return IntStream.range(0, some.size())
        .anyMatch(other ->
            some.user(other) == rows.user(row)
                && some.item(other) == rows.item(row)
                && some.time(other) == rows.time(row));
  }

  @Test
  void ofWhatAUserSaysOfAnItemTheLastCountsForHimAtOnceAndForAllWhenTheWorldIsRenewed() {
    for (boolean published : new boolean[] {false, true}) {
      try (LiveData live = Town.of(SEED, true, published).open(new MemoryStore(false));
          RequestPrompts recent = recent(live);
          RequestPrompts gcn = prompts(live, RetrieverSettings.Gcn.DEFAULT)) {
        List<Event> likes = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
          likes.add(Town.liked("l" + n, "u3", "new", Town.END + n));
        }
        live.accept(likes);
        for (int round = 0; round < 2; round++) {
          Prepared own = recent.prepare(Town.query("u3", "new"));
          assertThat(items(own)).containsOnlyOnce("new").endsWith("new");
          assertThat(own.history().getLast().time()).isEqualTo(Town.END + 99);
          live.renew();
        }
        assertThat(candidate(gcn.prepare(Town.query("u4", "new")), 0))
            .contains("Liked by 1 of 1 users");
        assertThat(live.catalogue().item("new").orElseThrow().seen()).isEqualTo(1);
        assertThat(live.catalogue().user("u3", 3).orElseThrow().events()).isEqualTo(1);
        float liked = feature(recent.prepare(Town.query("u3", "i1")), 0, "u_n");

        live.accept(List.of(Town.disliked("d", "u3", "new", Town.END + 200)));
        assertThat(recent.prepare(Town.query("u3", "i1")).history())
            .as("nothing stands as liked and not liked")
            .noneMatch(told -> told.item().equals("new") && told.liked());
        live.renew();
        assertThat(recent.prepare(Town.query("u3", "i1")).history())
            .filteredOn(told -> told.item().equals("new"))
            .containsExactly(new Told("new", Untitled.title("new"), false, Town.END + 200));
        assertThat(candidate(gcn.prepare(Town.query("u4", "new")), 0))
            .contains("Liked by 0 of 1 users");
        assertThat(feature(recent.prepare(Town.query("u3", "i1")), 0, "u_n"))
            .as("as many behaviours with labels")
            .isEqualTo(liked);
      }
    }
  }

  @Test
  void whatIsToldLateOfAnEarlierTimeReplacesNothingLater() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts recent = recent(live)) {
      live.accept(List.of(Town.disliked("1", "u3", "new", Town.END + 9)));
      live.accept(List.of(Town.liked("2", "u3", "new", Town.END + 3)));
      live.renew();
      live.accept(List.of(Town.liked("3", "u3", "new", Town.END + 8)));
      for (int round = 0; round < 2; round++) {
        assertThat(recent.prepare(Town.query("u3", "i1")).history())
            .filteredOn(told -> told.item().equals("new"))
            .containsExactly(new Told("new", Untitled.title("new"), false, Town.END + 9));
        live.renew();
      }
    }
  }

  @Test
  void whoTakesALikeBackIsPlacedByWhatHeStillLikes() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts gcn = prompts(live, RetrieverSettings.Gcn.DEFAULT)) {
      Interactions all = town.data.interactions();
      List<Event> back = new ArrayList<>();
      for (int row = 0; row < all.size(); row++) {
        if (all.user(row) == 8 && all.label(row)) {
          back.add(Town.disliked("d" + row, "u8", "i" + all.item(row), Town.END + 1));
        }
      }
      assertThat(neighbours(gcn, "u8")).isNotEmpty();
      live.accept(back);
      for (int round = 0; round < 2; round++) {
        assertThat(neighbours(gcn, "u8")).as("likes nothing any more").isEmpty();
        live.renew();
      }
    }
  }

  @Test
  void aClockThatStepsBackAndSendersAheadOfItLoseNothing() {
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts recent = recent(live)) {
      live.accept(List.of(Town.liked("1", "u3", "i51", Town.END + 900)));
      town.now.addAndGet(-50_000_000); // a year and a half
      live.accept(
          List.of(
              Town.liked("2", "u3", "i53", town.now.get()),
              Town.liked("3", "u3", "i55", Town.END + 2_000_000_000)));
      for (int round = 0; round < 2; round++) {
        Prepared prepared = recent.prepare(Town.query("u3", "i1"));
        assertThat(items(prepared)).contains("i51", "i53", "i55");
        assertThat(prepared.history()).extracting(Told::time).isSorted();
        assertThat(prepared.history())
            .extracting(Told::time)
            .allMatch(time -> time <= Town.END + 1_000);
        live.renew();
      }
      // others are answered by a snapshot that ends with the data, not in the sender's year
      assertThat(recent.prepare(Town.query("u4", "i1")).history()).isNotEmpty();
    }
  }

  @Test
  void withoutTimesEventsComeAfterAllElseInTheirOrder() {
    try (LiveData live = Town.of(SEED, false, false).open(new MemoryStore(false));
        RequestPrompts recent = recent(live)) {
      live.accept(List.of(Town.liked("1", "u3", "i51", 99), Town.liked("2", "u3", "i53", 3)));
      live.renew();
      live.accept(List.of(Town.liked("3", "u3", "i55", 50)));
      assertThat(items(recent.prepare(Town.query("u3", "i1")))).endsWith("i51", "i53", "i55");
    }
  }

  @Test
  void aServiceStartedAgainKnowsWhatItKnew(@TempDir Path directory) {
    Prepared before;
    RankRequest query = Town.query("u3", "i1", "i2", "new");
    try (LiveData live = town.open(EmbeddedStore.open(directory));
        RequestPrompts recent = recent(live)) {
      live.accept(
          List.of(
              Town.liked("1", "u3", "i51", Town.END + 1),
              new Event.Described("2", "new", "Brand new (2020)", List.of())));
      live.renew();
      before = recent.prepare(query);
    }
    try (LiveData live = town.open(EmbeddedStore.open(directory));
        RequestPrompts recent = recent(live)) {
      assertThat(recent.prepare(query)).usingRecursiveComparison().isEqualTo(before);
      assertThat(live.status().sequence()).isEqualTo(live.status().worldSequence());
      assertThat(live.status().interactions()).isEqualTo(1);
    }
  }

  @Test
  void servicesOnOneStoreLearnFromEachOther() throws InterruptedException {
    EventStore store = new MemoryStore(true);
    try (LiveData one = town.open(store);
        LiveData other = town.open(store, Duration.ofHours(1));
        RequestPrompts ofOne = recent(one);
        RequestPrompts ofOther = recent(other)) {
      one.accept(List.of(Town.liked("1", "u3", "i51", Town.END + 1)));
      other.accept(List.of(Town.liked("2", "u3", "i53", Town.END + 2)));
      // what others told before is applied before one's own is acknowledged
      assertThat(items(ofOther.prepare(Town.query("u3", "i1")))).endsWith("i51", "i53");
      while (one.status().sequence() < other.status().sequence()) {
        Thread.sleep(1);
      }
      assertThat(items(ofOne.prepare(Town.query("u3", "i1")))).endsWith("i51", "i53");
    }
  }

  @Test
  void aRefusedBatchChangesNothing() {
    MemoryStore store = new MemoryStore(false);
    try (LiveData live = town.open(store);
        RequestPrompts recent = recent(live)) {
      Prepared before = recent.prepare(Town.query("u3", "i1"));
      store.away(true);
      assertThatThrownBy(() -> live.accept(List.of(Town.liked("1", "u3", "i51", Town.END + 1))))
          .isInstanceOf(EventsRefusedException.class);
      assertThat(recent.prepare(Town.query("u3", "i1")))
          .usingRecursiveComparison()
          .isEqualTo(before);
      store.away(false);
      live.accept(List.of(Town.liked("1", "u3", "i51", Town.END + 1)));
      assertThat(items(recent.prepare(Town.query("u3", "i1")))).endsWith("i51");
    }
  }

  @Test
  void everyRetrieverIsAskedAboutNewsNewItemsAndStrangers() {
    List<RetrieverSettings> all =
        List.of(
            new RetrieverSettings.None(),
            new RetrieverSettings.Recent(15),
            new RetrieverSettings.Popular(15),
            new RetrieverSettings.Bm25(15),
            RetrieverSettings.Gcn.DEFAULT);
    try (LiveData live = town.open(new MemoryStore(false))) {
      List<RequestPrompts> prompts = all.stream().map(each -> prompts(live, each)).toList();
      for (int round = 0; round < 3; round++) {
        live.accept(
            List.of(
                Town.liked("n" + round, "new user " + round, "new item " + round, Town.END),
                Town.liked("o" + round, "u3", "new item " + round, Town.END)));
        for (RequestPrompts each : prompts) {
          for (String user : List.of("u3", "new user " + round, "stranger")) {
            Prompt prompt =
                each.prepare(
                        new RankRequest(
                            user,
                            List.of(
                                CandidateItem.of("i1"),
                                CandidateItem.of("new item " + round),
                                new CandidateItem("only here", "Film (1999)", List.of()))))
                    .prompt();
            assertThat(prompt.tokens().candidates()).hasSize(3);
            for (float[] row : prompt.features()) {
              for (float figure : row) {
                assertThat(figure).isFinite();
              }
            }
          }
        }
        if (round == 1) {
          live.renew();
        }
      }
    }
  }
}

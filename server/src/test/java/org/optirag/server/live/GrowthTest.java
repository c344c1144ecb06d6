package org.optirag.server.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.recommender.PromptSource.Prepared;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.knowledge.Event;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.events.EventsRefusedException.Reason;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.workspace.UserException;

/** Stores that grow, and clocks that do not go on. */
class GrowthTest {
  private static final long SEED = 20261201;
  private static final Duration NEVER = Duration.ofHours(1);

  private final Town town = Town.of(SEED);

  private RequestPrompts prompts(LiveData live) {
    return live.prompts(town.parts(new Letters(), new RetrieverSettings.Recent(1_000), SEED));
  }

  private static List<Event> strangers(String name, int events) {
    return IntStream.range(0, events)
        .<Event>mapToObj(n -> Town.liked(name + n, name + n, "i" + n % 50, Town.END + 1))
        .toList();
  }

  @Test
  void whatDoesNotFitInMemoryIsRefusedAndRankingGoesOn(@TempDir Path directory) {
    int taken = 0;
    try (LiveData live = town.open(EmbeddedStore.open(directory), NEVER, new Room(3L << 20));
        RequestPrompts prompts = prompts(live)) {
      assertThat(live.refusing()).isEmpty();
      EventsRefusedException refused = null;
      while (refused == null && taken < 100_000) {
        try {
          taken += live.accept(strangers("batch " + taken + " ", 100)).applied();
        } catch (EventsRefusedException e) {
          refused = e;
        }
      }
      assertThat(refused).isNotNull();
      assertThat(refused.reason()).isEqualTo(Reason.FULL_MEMORY);
      assertThat(refused).hasMessageContaining("OPTIRAG_HEAP");
      assertThat(taken).isGreaterThan(100);
      assertThat(live.refusing()).contains(Reason.FULL_MEMORY);
      assertThat(prompts.prepare(Town.query("u3", "i1")).history()).isNotEmpty();
    }
    try (LiveData live = town.open(EmbeddedStore.open(directory), NEVER, new Room(3L << 20))) {
      assertThat(live.status().interactions()).as("what was taken can be opened").isEqualTo(taken);
    }
    try (LiveData live = town.open(EmbeddedStore.open(directory), NEVER, new Room(6L << 20))) {
      live.accept(strangers("more", 1));
      assertThat(live.refusing()).as("there is room again").isEmpty();
    }
    int all = taken;
    assertThat(all).isGreaterThan(1_000);
    try (var store = EmbeddedStore.open(directory)) {
      assertThatThrownBy(() -> town.open(store, NEVER, new Room(1L << 20)))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("do not fit in memory")
          .hasMessageContaining("OPTIRAG_HEAP=");
    }
  }

  @Test
  void aMultitudeOfEventsIsBroughtTogetherBeforeItsTime() throws Exception {
    try (LiveData live = town.open(new MemoryStore(false), NEVER, new Room(24L << 20))) {
      for (int n = 0; live.status().renewals() == 0 && n < 2_000; n++) {
        SplittableRandom random = new SplittableRandom(SEED + n);
        List<Event> told = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
          told.add(
              Town.liked(
                  n + "-" + i, "u" + random.nextInt(40), "i" + random.nextInt(50), Town.END + n));
        }
        live.accept(told);
        Thread.sleep(1);
      }
      assertThat(live.status().renewals()).isPositive();
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aStoreThatWasCompactedAnswersAsBefore(boolean timed, @TempDir Path directory) {
    Town place = Town.of(SEED, timed, false);
    SplittableRandom random = new SplittableRandom(SEED);
    List<Event> told = new ArrayList<>();
    for (int n = 0; n < 11_000; n++) {
      told.add(
          new Event.Interacted(
              "e" + n,
              "u" + random.nextInt(8),
              "i" + random.nextInt(20),
              random.nextBoolean(),
              OptionalDouble.empty(),
              Town.END + random.nextInt(900)));
    }
    told.add(new Event.Described("d1", "i1", "Before (2019)", List.of()));
    told.add(new Event.Described("d2", "i1", "After (2020)", List.of()));
    List<List<?>> before;
    try (LiveData live = place.open(EmbeddedStore.open(directory), NEVER);
        RequestPrompts prompts = prompts(live)) {
      live.accept(told);
      live.renew();
      before = answers(prompts);
    }
    try (LiveData live = place.open(EmbeddedStore.open(directory), NEVER);
        RequestPrompts prompts = prompts(live)) {
      assertThat(live.status().interactions())
          .as("what was replaced is gone; seed " + SEED)
          .isLessThan(1_000);
      assertThat(answers(prompts)).isEqualTo(before);
    }
  }

  /** What is told and its order; places in the order of the source are closer together then. */
  private static List<List<?>> answers(RequestPrompts prompts) {
    List<List<?>> answers = new ArrayList<>();
    for (int user = 0; user < 10; user++) {
      Prepared prepared = prompts.prepare(Town.query("u" + user, "i1", "i2", "i3"));
      answers.add(prepared.titles());
      answers.add(prepared.history().stream().map(told -> told.item() + told.liked()).toList());
    }
    return answers;
  }

  @Test
  void whenTheServicesClockStepsBackTheLastWordCountsNevertheless(@TempDir Path directory) {
    long then = town.now.get();
    try (LiveData live = town.open(EmbeddedStore.open(directory), NEVER);
        RequestPrompts prompts = prompts(live)) {
      live.accept(List.of(told("1", "i51", true), told("2", "i53", true), told("3", "i55", true)));
      town.now.set(then - 5_000);
      live.accept(List.of(told("4", "i51", false)));
      assertLastWord(prompts);
      live.renew();
      assertLastWord(prompts);
      town.now.set(then); // the same second again
      live.accept(List.of(told("5", "i57", false), told("6", "i57", true)));
      town.now.set(then - 9_000);
      live.accept(List.of(told("7", "i57", false)));
      assertLastWord(prompts);
    }
    try (LiveData live = town.open(EmbeddedStore.open(directory), NEVER);
        RequestPrompts prompts = prompts(live)) {
      assertLastWord(prompts);
      assertThat(prompts.prepare(Town.query("u3", "i1")).history())
          .filteredOn(told -> told.item().equals("i57"))
          .extracting(told -> told.liked())
          .containsExactly(false);
      assertThat(prompts.prepare(Town.query("u3", "i1")).history().stream().map(t -> t.item()))
          .as("equal times keep the order in which they were told")
          .endsWith("i53", "i55", "i51", "i57");
    }
  }

  private static Event.Interacted told(String id, String item, boolean liked) {
    return new Event.Interacted(
        id, "u3", item, liked, OptionalDouble.empty(), Event.Interacted.WHEN_RECEIVED);
  }

  private static void assertLastWord(RequestPrompts prompts) {
    assertThat(prompts.prepare(Town.query("u3", "i1")).history())
        .filteredOn(told -> told.item().equals("i51"))
        .extracting(told -> told.liked())
        .containsExactly(false);
  }
}

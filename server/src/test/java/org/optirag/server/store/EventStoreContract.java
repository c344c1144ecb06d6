package org.optirag.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Field;
import org.optirag.recommender.knowledge.Event;

/** What every store promises. */
abstract class EventStoreContract {
  /** Opens the one store of the test; a second call opens it again, or beside the first. */
  abstract EventStore open();

  static Event.Interacted met(String id) {
    return new Event.Interacted(id, "u", "i", true, OptionalDouble.empty(), 7);
  }

  static List<StoredEvent> all(EventStore store) {
    List<StoredEvent> all = new ArrayList<>();
    store.read(0, all::add);
    return all;
  }

  static List<String> ids(EventStore store) {
    return all(store).stream().map(stored -> stored.event().id()).toList();
  }

  @Test
  void everyKindComesBackAsItWasWhenOpenedAgain() {
    List<Event> told =
        List.of(
            new Event.Interacted("1", "Zoë", "\uD83D\uDC1F", false, OptionalDouble.of(2.5), -3),
            new Event.Interacted("2", "u", "", true, OptionalDouble.empty(), Long.MAX_VALUE),
            new Event.Described(
                "3", "i", "It's \"Up\" (2009)", List.of(new Field("genres", "Drama, War"))),
            new Event.Described("4", "i", "", List.of()),
            new Event.Introduced("5", "u", List.of(new Field("age", "33"), new Field("", "\n"))));
    try (EventStore store = open()) {
      Appended appended = store.append(told, 1_700_000_000L);
      assertThat(appended.before()).isZero();
      assertThat(appended.added()).extracting(StoredEvent::event).isEqualTo(told);
      assertThat(all(store)).isEqualTo(appended.added());
    }
    try (EventStore store = open()) {
      assertThat(all(store)).extracting(StoredEvent::event).isEqualTo(told);
      assertThat(all(store)).extracting(StoredEvent::received).containsOnly(1_700_000_000L);
    }
  }

  @Test
  void anIdIsAppendedOnce() {
    try (EventStore store = open()) {
      Appended first = store.append(List.of(met("a"), met("b"), met("a")), 1);
      assertThat(first.added()).extracting(stored -> stored.event().id()).containsExactly("a", "b");
      Appended second =
          store.append(List.of(new Event.Described("b", "i", "other", List.of()), met("c")), 2);
      assertThat(second.before()).isEqualTo(first.added().getLast().sequence());
      assertThat(second.added()).extracting(stored -> stored.event().id()).containsExactly("c");
      assertThat(store.append(List.of(met("c"), met("a")), 3).added()).isEmpty();
      assertThat(store.append(List.of(), 3).added()).isEmpty();
      assertThat(all(store)).extracting(StoredEvent::received).containsExactly(1L, 1L, 2L);
      assertThat(ids(store)).containsExactly("a", "b", "c");
    }
  }

  @Test
  void whatLaterEventsReplaceGoesAndItsIdStaysKnown() {
    List<Event> told = new ArrayList<>();
    for (int n = 0; n < 12_000; n++) {
      told.add(
          new Event.Interacted(
              "m" + n, "u" + n % 10, "i", n % 3 == 0, OptionalDouble.empty(), n / 100));
    }
    told.add(new Event.Interacted("past", "u1", "i", true, OptionalDouble.empty(), 3));
    told.add(new Event.Interacted("ahead", "u2", "i", true, OptionalDouble.empty(), 9_999_999));
    told.add(new Event.Interacted("now", "u2", "i", false, OptionalDouble.empty(), 5_000));
    told.add(new Event.Described("t1", "i", "Old", List.of()));
    told.add(new Event.Described("t2", "i", "New", List.of()));
    told.add(new Event.Introduced("p1", "u1", List.of(new Field("age", "1"))));
    told.add(new Event.Introduced("p2", "u1", List.of(new Field("age", "2"))));
    try (EventStore store = open()) {
      store.append(told, 5_000);
    }
    try (EventStore store = open()) {
      assertThat(ids(store))
          .as("the last of each; what was told late is no reason to forget what holds")
          .containsExactly(
              "m11990", "m11991", "m11993", "m11994", "m11995", "m11996", "m11997", "m11998",
              "m11999", "past", "now", "t2", "p2");
      assertThat(store.append(told, 6_000).added()).as("all are known").isEmpty();
      Appended more = store.append(List.of(met("new")), 6_000);
      assertThat(more.added().getFirst().sequence()).isGreaterThan(more.before());
      assertThat(more.before()).isEqualTo(12_007);
    }
  }

  @Test
  void aTextThatWouldNotComeBackRefusesTheWholeBatch() {
    try (EventStore store = open()) {
      for (String bad : List.of("a\0b", "\uD83D", "\uDC1F\uD83D")) {
        assertThatThrownBy(() ->
                store.append(List.of(met("good"), new Event.Introduced(bad, "u", List.of())), 1))
            .isInstanceOf(IllegalArgumentException.class);
      }
      assertThat(all(store)).isEmpty();
    }
  }

  @Test
  void whoReadsOnFromTheLastNumberMissesNothingThatOthersAppend() throws Exception {
    int writers = 4;
    int batches = 40;
    try (EventStore one = open();
        EventStore other = one.shared() ? open() : one;
        ExecutorService threads = Executors.newFixedThreadPool(writers)) {
      List<Future<?>> running = new ArrayList<>();
      for (int writer = 0; writer < writers; writer++) {
        int number = writer;
        running.add(
            threads.submit(() -> {
              for (int batch = 0; batch < batches; batch++) {
                String id = number + "-" + batch;
                // "known" is in every batch: numbers drawn for it must not leave readers waiting
                (number % 2 == 0 ? one : other).append(List.of(met("known"), met(id)), batch);
              }
            }));
      }
      List<StoredEvent> seen = new ArrayList<>();
      boolean over = false;
      while (!over) {
        over = running.stream().allMatch(Future::isDone);
        other.read(seen.isEmpty() ? 0 : seen.getLast().sequence(), seen::add);
      }
      for (Future<?> each : running) {
        each.get();
      }
      Set<String> ids = new HashSet<>();
      seen.forEach(stored -> ids.add(stored.event().id()));
      assertThat(ids).hasSize(writers * batches + 1);
      assertThat(seen).hasSameSizeAs(ids).isEqualTo(all(one));
      assertThat(seen).extracting(StoredEvent::sequence).isSorted();
    }
  }
}

package org.optirag.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.optirag.recommender.PromptSource.Prepared;
import org.optirag.recommender.PromptSource.Told;
import org.optirag.recommender.RequestPrompts;
import org.optirag.retrieval.RetrieverSettings;

class LiveDataThreadsTest {
  private static final long SEED = 20261129;
  private static final int WRITERS = 3;
  private static final int EVENTS = 400;

  @Test
  void whileWorldsChangeEveryAcknowledgedEventIsToldAndNoneTwice() throws Exception {
    Town town = Town.of(SEED);
    try (LiveData live = town.open(new MemoryStore(false));
        RequestPrompts prompts =
            live.prompts(town.parts(new Letters(), new RetrieverSettings.Recent(100_000), SEED));
        ExecutorService threads = Executors.newFixedThreadPool(2 * WRITERS + 1)) {
      AtomicBoolean over = new AtomicBoolean();
      List<Future<?>> running = new ArrayList<>();
      List<Future<?>> writing = new ArrayList<>();
      for (int writer = 0; writer < WRITERS; writer++) {
        String user = "writer " + writer;
        AtomicInteger acknowledged = new AtomicInteger();
        AtomicInteger sent = new AtomicInteger();
        writing.add(
            threads.submit(() -> {
              for (int n = 0; n < EVENTS; n++) {
                sent.incrementAndGet();
                live.accept(List.of(Town.liked(user + n, user, user + " item " + n, Town.END)));
                acknowledged.incrementAndGet();
              }
            }));
        running.add(
            threads.submit(() -> {
              while (!over.get()) {
                int least = acknowledged.get();
                Prepared prepared = prompts.prepare(Town.query(user, "i1"));
                int most = sent.get();
                List<String> told = prepared.history().stream().map(Told::item).toList();
                assertThat(new HashSet<>(told)).as("seed %d", SEED).hasSameSizeAs(told);
                // a prompt has room for only so many: the first ones may not fit
                assertThat(told.size()).isBetween(Math.min(least, 200), most);
                List<Integer> numbers =
                    told.stream()
                        .map(item -> Integer.parseInt(item.substring(user.length() + 6)))
                        .toList();
                for (int n = 1; n < numbers.size(); n++) {
                  assertThat(numbers.get(n)).isEqualTo(numbers.get(n - 1) + 1);
                }
              }
            }));
      }
      running.add(
          threads.submit(() -> {
            while (!over.get()) {
              live.renew();
            }
          }));
      for (Future<?> each : writing) {
        each.get();
      }
      over.set(true);
      for (Future<?> each : running) {
        each.get();
      }
      live.renew();
      assertThat(live.status().interactions()).isEqualTo(WRITERS * EVENTS);
      for (int writer = 0; writer < WRITERS; writer++) {
        assertThat(live.catalogue().user("writer " + writer, EVENTS).orElseThrow().events())
            .isEqualTo(EVENTS);
      }
    }
  }
}

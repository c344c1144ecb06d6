package org.optirag.server.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.optirag.recommender.GraphSource;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.Retrievers;
import org.optirag.recommender.SnapshotRetriever;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.RetrieverSettings;

/** A bundle that is let go leaves nothing with the snapshots, however long these live. */
class ClosedPromptsTest {
  private static final long SEED = 20261203;

  private final Town town = Town.of(SEED);

  /** All snapshots that a bundle was prepared for: held, as requests under way hold them. */
  private final List<KnowledgeSnapshot> inFlight = new ArrayList<>();

  private final List<WeakReference<SnapshotRetriever>> made = new ArrayList<>();

  private SnapshotRetriever make(KnowledgeSnapshot snapshot) {
    SnapshotRetriever retriever =
        Retrievers.of(
            new RetrieverSettings.Recent(40), snapshot, GraphSource.growing(() -> town.trained(1)));
    inFlight.add(snapshot);
    made.add(new WeakReference<>(retriever));
    return retriever;
  }

  private RequestPrompts prompts(
      LiveData live, Function<KnowledgeSnapshot, SnapshotRetriever> retriever) {
    RequestPrompts.Parts parts = town.parts(new Letters(), new RetrieverSettings.Recent(5), SEED);
    return live.prompts(new RequestPrompts.Parts(parts.assembler(), parts.features(), retriever));
  }

  private long alive() {
    System.gc();
    return made.stream().filter(each -> each.get() != null).count();
  }

  @Test
  void closingReleasesTheRetrieversOfThePresentSnapshotAndOfThoseThatRequestsStillHold() {
    try (LiveData live = town.open(new MemoryStore(false))) {
      RequestPrompts closing = prompts(live, this::make);
      RequestPrompts staying =
          live.prompts(town.parts(new Letters(), new RetrieverSettings.Recent(5), SEED));
      live.accept(List.of(Town.liked("e", "u3", "i58", Town.END + 500)));
      live.renew();
      assertThat(inFlight).hasSize(2).doesNotHaveDuplicates();
      assertThat(alive()).isEqualTo(2);
      closing.close();
      assertThat(alive()).as("without another renewal").isZero();
      assertThat(staying.prepare(Town.query("u3", "i1")).history()).isNotEmpty();
    }
  }

  @Test
  void whatIsAskedAfterClosingIsAnsweredAndNotKept() {
    try (LiveData live = town.open(new MemoryStore(false))) {
      RequestPrompts prompts = prompts(live, this::make);
      int before = prompts.prepare(Town.query("u3", "i1")).history().size();
      prompts.close();
      assertThat(prompts.prepare(Town.query("u3", "i1")).history()).hasSize(before);
      assertThat(alive()).isZero();
      made.clear();
      live.accept(List.of(Town.liked("e", "u3", "i58", Town.END + 500)));
      live.renew();
      assertThat(made).as("made for a renewal").isEmpty();
    }
  }

  @Test
  void closingWhileASnapshotIsMadeDoesNotWaitForItAndLeavesNothingWithIt() throws Exception {
    CountDownLatch making = new CountDownLatch(1);
    CountDownLatch closed = new CountDownLatch(1);
    try (LiveData live = town.open(new MemoryStore(false))) {
      RequestPrompts prompts =
          prompts(
              live,
              snapshot -> {
                if (!inFlight.isEmpty()) {
                  making.countDown();
                  await(closed);
                }
                return make(snapshot);
              });
      live.accept(List.of(Town.liked("e", "u3", "i58", Town.END + 500)));
      Thread renewal = Thread.ofPlatform().start(live::renew);
      await(making);
      prompts.close();
      closed.countDown();
      renewal.join();
      assertThat(inFlight).hasSize(2);
      assertThat(alive()).isZero();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

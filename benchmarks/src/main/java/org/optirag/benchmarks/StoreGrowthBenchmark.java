package org.optirag.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.live.LiveData;
import org.optirag.server.live.LiveSettings;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.server.store.EventStore;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.DirectoryTree;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * What a store costs as its events grow: the time to open it, the heap that is held then, and a
 * renewal with a thousand more.
 */
public final class StoreGrowthBenchmark {
  private static final int BATCH = 5_000;
  private static final LiveSettings NEVER =
      new LiveSettings(Duration.ofDays(1), Duration.ofDays(1));

  private StoreGrowthBenchmark() {}

  /**
   * Prints them; arguments: the data set's name, how many users and how many items tell and are
   * told of, and numbers of events.
   */
  public static void main(String[] arguments) throws IOException {
    Dataset data =
        new DatasetStore(CacheDirectory.standard()).require(arguments[0], Progress.silent());
    int users = Integer.parseInt(arguments[1]);
    int items = Integer.parseInt(arguments[2]);
    System.out.printf(
        "%s: %,d rows; events of %,d users and %,d items; heap of %,d MB at most%n",
        data.name(),
        data.interactions().size(),
        users,
        items,
        Runtime.getRuntime().maxMemory() >> 20);
    for (int i = 3; i < arguments.length; i++) {
      Path directory = Files.createTempDirectory("optirag-growth-");
      try {
        measure(data, users, items, Integer.parseInt(arguments[i]), directory);
      } finally {
        DirectoryTree.remove(directory);
      }
    }
  }

  private static void measure(Dataset data, int users, int items, int events, Path directory)
      throws IOException {
    SplittableRandom random = new SplittableRandom(20251201);
    try (EventStore store = EmbeddedStore.open(directory)) {
      for (int from = 0; from < events; from += BATCH) {
        store.append(batch(random, users, items, from, Math.min(events, from + BATCH)), now());
      }
    }
    double before = heap();
    long start = System.nanoTime();
    try (LiveData live = LiveData.open(data, data.split(), EmbeddedStore.open(directory), NEVER)) {
      double opened = seconds(start);
      double held = heap() - before;
      System.out.printf(
          "%,9d events: %,d left, opened in %.2f s, %.0f MB of heap held, %s, file of %.0f MB%n",
          events,
          live.status().interactions(),
          opened,
          held,
          renewed(live, batch(random, users, items, events, events + 1_000)),
          Files.size(directory.resolve(EmbeddedStore.FILE)) / 1e6);
    } catch (UserException e) {
      System.out.printf("%,9d events: %s%n", events, e.problem());
    }
  }

  private static String renewed(LiveData live, List<Event> more) {
    try {
      live.accept(more);
    } catch (EventsRefusedException e) {
      return "more are refused (" + e.reason().text() + ")";
    }
    live.renew();
    return "renewed with 1,000 more in %.2f s"
        .formatted(live.status().lastRenewal().toMillis() / 1e3);
  }

  private static List<Event> batch(
      SplittableRandom random, int users, int items, int from, int to) {
    List<Event> told = new ArrayList<>(to - from);
    for (int n = from; n < to; n++) {
      told.add(
          new Event.Interacted(
              "event-" + n,
              Integer.toString(1 + random.nextInt(users)),
              Integer.toString(1 + random.nextInt(items)),
              random.nextBoolean(),
              OptionalDouble.empty(),
              now() - 1_000 + n / 1_000));
    }
    return told;
  }

  private static long now() {
    return System.currentTimeMillis() / 1_000;
  }

  private static double seconds(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  /** Megabytes held, after the collector was asked to collect. */
  private static double heap() {
    Runtime runtime = Runtime.getRuntime();
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    return (runtime.totalMemory() - runtime.freeMemory()) / 1e6;
  }
}

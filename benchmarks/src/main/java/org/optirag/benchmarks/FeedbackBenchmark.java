package org.optirag.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.server.store.EventStore;
import org.optirag.server.store.GroupCommit;
import org.optirag.server.store.PostgresStore;
import org.optirag.workspace.DirectoryTree;

/**
 * Events a second that are durable when they are acknowledged: one client that waits for each, many
 * that each wait for theirs, and many that send a hundred at a time.
 */
public final class FeedbackBenchmark {
  private static final int CLIENTS = 64;

  private FeedbackBenchmark() {}

  /**
   * Prints the rates; arguments: seconds a measurement, and a directory that takes the embedded
   * store, removed again, or the JDBC URL of an empty PostgreSQL database.
   */
  public static void main(String[] arguments) throws Exception {
    double seconds = Double.parseDouble(arguments[0]);
    String place = arguments[1];
    Path directory =
        place.startsWith("jdbc:") ? null : Files.createTempDirectory(Path.of(place), "events-");
    try (EventStore store =
            directory == null
                ? PostgresStore.open(place, null, null)
                : EmbeddedStore.open(directory);
        GroupCommit intake = new GroupCommit(store, () -> 1, appended -> {})) {
      measure(intake, "warm up", CLIENTS, 10, seconds / 2);
      measure(intake, "1 client, 1 event at a time", 1, 1, seconds);
      measure(intake, CLIENTS + " clients, 1 event at a time", CLIENTS, 1, seconds);
      measure(intake, CLIENTS + " clients, 100 events at a time", CLIENTS, 100, seconds);
      long start = System.nanoTime();
      long[] read = {0};
      store.read(0, stored -> read[0]++);
      System.out.printf(
          "read again, in order: %,.0f events/s%n", read[0] / ((System.nanoTime() - start) / 1e9));
    } finally {
      if (directory != null) {
        DirectoryTree.remove(directory);
      }
    }
  }

  private static void measure(
      GroupCommit intake, String what, int clients, int batch, double seconds)
      throws InterruptedException, ExecutionException {
    long start = System.nanoTime();
    long end = start + (long) (seconds * 1e9);
    List<Future<Long>> counts = new ArrayList<>();
    List<Long> waits = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int client = 0; client < clients; client++) {
        String name = what + " " + client + " ";
        counts.add(
            threads.submit(() -> {
              long sent = 0;
              List<Long> own = new ArrayList<>();
              while (System.nanoTime() < end) {
                List<Event> events = new ArrayList<>(batch);
                for (int i = 0; i < batch; i++) {
                  String id = name + sent++;
                  events.add(
                      new Event.Interacted(
                          id,
                          "user " + sent % 6_040,
                          "item " + sent % 3_706,
                          true,
                          OptionalDouble.of(5),
                          1_700_000_000L));
                }
                long before = System.nanoTime();
                intake.accept(events);
                own.add(System.nanoTime() - before);
              }
              synchronized (waits) {
                waits.addAll(own);
              }
              return sent;
            }));
      }
    }
    long sum = 0;
    for (Future<Long> each : counts) {
      sum += each.get();
    }
    waits.sort(Comparator.naturalOrder());
    System.out.printf(
        "%s: %,.0f events/s, acknowledged after %.1f ms (median), %.1f ms (p99)%n",
        what,
        sum / ((System.nanoTime() - start) / 1e9),
        waits.get(waits.size() / 2) / 1e6,
        waits.get(waits.size() * 99 / 100) / 1e6);
  }
}

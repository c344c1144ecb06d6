package org.optirag.server.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.optirag.recommender.knowledge.Event;

/** Kills a process that takes events, again and again, and looks at what it leaves. */
final class Kills {
  private static final long SEED = 20261126;

  /** How far the next process goes back: what it sends again has been applied already. */
  private static final int AGAIN = 5;

  /** A batch that a process says was acknowledged. */
  private record Batch(int thread, int number) {
    private static final Pattern LINE = Pattern.compile("(\\d+) (\\d+)");

    static void add(String line, List<Batch> batches) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        batches.add(
            new Batch(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2))));
      }
    }
  }

  private Kills() {}

  /**
   * Checks after every kill that what was acknowledged is there, and nothing twice or in part.
   *
   * @param place a directory, or the URL of a PostgreSQL database
   * @return how many events were acknowledged in all
   */
  static int survived(String place, int kills) throws IOException, InterruptedException {
    Random random = new Random(SEED);
    Set<Batch> acknowledged = new HashSet<>();
    int next = 0;
    int sentAgain = 0;
    for (int kill = 0; kill < kills; kill++) {
      int first = Math.max(0, next - AGAIN);
      for (Batch batch : killedRun(place, first, random.nextInt(300))) {
        next = Math.max(next, batch.number + 1);
        sentAgain += acknowledged.add(batch) ? 0 : 1;
      }
      String round = "seed %d, kill %d".formatted(SEED, kill);
      try (EventStore store = KilledWriter.open(place)) {
        Map<String, Event> stored = new HashMap<>();
        store.read(
            0, each -> assertThat(stored.put(each.event().id(), each.event())).as(round).isNull());
        for (Batch batch : acknowledged) {
          List<Event> events = KilledWriter.batch(batch.thread, batch.number);
          // All events of a batch speak of one pair: opening may let go of all but the last one.
          Event last = events.getLast();
          assertThat(stored.get(last.id())).as(round).isEqualTo(last);
          for (Event event : events) {
            assertThat(stored.getOrDefault(event.id(), event)).as(round).isEqualTo(event);
          }
          assertThat(store.append(events, 1).added()).as(round + ", told twice").isEmpty();
        }
        requireWholeBatches(stored.keySet(), round);
      }
    }
    assertThat(acknowledged).isNotEmpty();
    assertThat(sentAgain).isPositive();
    return acknowledged.size() * KilledWriter.BATCH;
  }

  /** Of each batch there is all, or the last event alone; "thread-number-place" are the ids. */
  private static void requireWholeBatches(Set<String> ids, String round) {
    Map<String, Set<String>> places = new HashMap<>();
    for (String id : ids) {
      int dash = id.lastIndexOf('-');
      places
          .computeIfAbsent(id.substring(0, dash), batch -> new HashSet<>())
          .add(id.substring(dash + 1));
    }
    places.forEach((batch, found) ->
        assertThat(found)
            .as("%s, a part of batch %s", round, batch)
            .contains(Integer.toString(KilledWriter.BATCH - 1))
            .satisfiesAnyOf(
                all -> assertThat(all).hasSize(1),
                all -> assertThat(all).hasSize(KilledWriter.BATCH)));
  }

  /** What a process acknowledged until it was killed, a while after its first word. */
  private static List<Batch> killedRun(String place, int first, int milliseconds)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx256m",
                "-cp",
                System.getProperty("java.class.path"),
                KilledWriter.class.getName(),
                place,
                Integer.toString(first))
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    List<Batch> acknowledged = new ArrayList<>();
    try (BufferedReader out = process.inputReader()) {
      String line = out.readLine();
      assertThat(line).as("the process ended by itself").isNotNull();
      Batch.add(line, acknowledged);
      Thread killer =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  Thread.sleep(milliseconds);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
                // SIGKILL. Process.destroyForcibly would close the pipe with what is still in it.
                process.toHandle().destroyForcibly();
              });
      for (line = out.readLine(); line != null; line = out.readLine()) {
        Batch.add(line, acknowledged); // a last line may be cut: it is another's, or none
      }
      killer.join();
    }
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return acknowledged;
  }
}

package org.optirag.server.store;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.optirag.recommender.knowledge.Event;

/**
 * A process that appends batches from several threads and says on its standard output which were
 * acknowledged, until it is killed. Arguments: the directory, or the URL of a PostgreSQL database,
 * and the number of the first batch.
 */
final class KilledWriter {
  static final int THREADS = 3;
  static final int BATCH = 7;

  private KilledWriter() {}

  static EventStore open(String place) {
    return place.startsWith("jdbc:")
        ? PostgresStore.open(place, null, null)
        : EmbeddedStore.open(Path.of(place));
  }

  /** The events of a batch; each thread has batches of its own. */
  static List<Event> batch(int thread, int number) {
    return IntStream.range(0, BATCH)
        .<Event>mapToObj(i ->
            new Event.Interacted(
                thread + "-" + number + "-" + i,
                "user " + thread,
                "item " + number,
                i % 2 == 0,
                OptionalDouble.empty(),
                number))
        .toList();
  }

  public static void main(String[] arguments) {
    int first = Integer.parseInt(arguments[1]);
    EventStore store = open(arguments[0]);
    GroupCommit commit = new GroupCommit(store, () -> 1, appended -> {});
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    for (int t = 0; t < THREADS; t++) {
      int thread = t;
      Thread.ofPlatform()
          .start(() -> {
            for (int number = first; true; number++) {
              commit.accept(batch(thread, number));
              out.println(thread + " " + number);
            }
          });
    }
  }
}

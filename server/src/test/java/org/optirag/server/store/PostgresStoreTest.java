package org.optirag.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.workspace.UserException;

class PostgresStoreTest extends EventStoreContract {
  private static @Nullable TemporaryPostgres server;
  private static @Nullable String url;

  @BeforeAll
  static void start() throws Exception {
    url = System.getenv(TemporaryPostgres.URL);
    if (url == null) {
      Optional<Path> programs = TemporaryPostgres.installed();
      assumeTrue(
          programs.isPresent(),
          "PostgreSQL is not installed; name a server by " + TemporaryPostgres.URL);
      server = TemporaryPostgres.start(programs.get());
      url = server.url();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    if (server != null) {
      server.close();
    }
  }

  @BeforeEach
  void empty() throws Exception {
    try (Connection connection = DriverManager.getConnection(url);
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TABLE IF EXISTS event, replaced, compaction, optirag_schema");
    }
  }

  @Override
  EventStore open() {
    return PostgresStore.open(String.valueOf(url), null, null);
  }

  @Test
  void severalServicesShareIt() {
    try (EventStore one = open();
        EventStore other = open()) {
      assertThat(one.shared()).isTrue();
      one.append(List.of(met("a")), 1);
      assertThat(other.append(List.of(met("a"), met("b")), 1).added()).hasSize(1);
      assertThat(ids(one)).containsExactly("a", "b");
    }
  }

  @Test
  void theyMayAllStartAtOnceOnAnEmptyDatabase() throws Exception {
    int services = 4;
    try (ExecutorService threads = Executors.newFixedThreadPool(services)) {
      List<Callable<Integer>> starts =
          IntStream.range(0, services)
              .<Callable<Integer>>mapToObj(number ->
                  () -> {
                    try (EventStore store = open()) {
                      return store.append(List.of(met("all"), met("" + number)), 1).added().size();
                    }
                  })
              .toList();
      int added = 0;
      for (Future<Integer> each : threads.invokeAll(starts)) {
        added += each.get();
      }
      assertThat(added).isEqualTo(services + 1);
    }
  }

  @Test
  void aRestartRefusesEventsAndThenTakesThemWithoutOpeningAgain() throws Exception {
    TemporaryPostgres own = server;
    assumeTrue(own != null, "a server that is not the test's own is not restarted");
    try (EventStore store = open()) {
      store.append(List.of(met("before")), 1);
      own.stop();
      try {
        assertThatThrownBy(() -> store.append(List.of(met("during")), 1))
            .isInstanceOf(EventsRefusedException.class)
            .hasMessageContaining("jdbc:postgresql://127.0.0.1")
            .hasMessageNotContaining("user=");
        assertThatThrownBy(() -> ids(store)).isInstanceOf(EventsRefusedException.class);
      } finally {
        own.start();
      }
      assertThat(onceItIsBack(store, List.of(met("during"), met("after"))).added()).hasSize(2);
      assertThat(ids(store)).containsExactly("before", "during", "after");
    }
  }

  @Test
  void whoHangsInTheMiddleOfATransactionMakesOthersRefuseNotWait() throws Exception {
    try (EventStore store = open();
        Connection hanging = DriverManager.getConnection(url);
        Statement statement = hanging.createStatement()) {
      hanging.setAutoCommit(false);
      statement.execute("SELECT pg_advisory_xact_lock(" + PostgresStore.LOCK + ")");
      assertThatThrownBy(() -> store.append(List.of(met("a")), 1))
          .isInstanceOf(EventsRefusedException.class)
          .hasMessageContaining("lock timeout");
      assertThat(ids(store)).isEmpty();
      hanging.rollback();
      assertThat(store.append(List.of(met("a")), 1).added()).hasSize(1);
    }
  }

  /** The server may still be recovering, and the pool waits a little between its attempts. */
  private static Appended onceItIsBack(EventStore store, List<Event.Interacted> events) {
    long end = System.nanoTime() + 60_000_000_000L;
    while (true) {
      try {
        return store.append(events, 1);
      } catch (EventsRefusedException e) {
        if (System.nanoTime() > end) {
          throw e;
        }
      }
    }
  }

  @Test
  void whatWasAcknowledgedOutlivesKillsOfTheService() throws Exception {
    assertThat(Kills.survived(String.valueOf(url), 4)).isPositive();
  }

  @Test
  void whatCannotBeReachedIsNamed() {
    assertThatThrownBy(() ->
            PostgresStore.open("jdbc:postgresql://127.0.0.1:1/none?password=x", "u", "secret"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("jdbc:postgresql://127.0.0.1:1/none cannot be reached")
        .hasMessageNotContaining("secret")
        .hasMessageNotContaining("password=x");
    assertThatThrownBy(() -> PostgresStore.open("postgres://host/db", null, null))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("jdbc:postgresql://host:5432/optirag");
  }

  @Test
  void copiesAreMadeWithTheServersOwnTools(@TempDir Path directory) {
    try (EventStore store = open()) {
      assertThatThrownBy(() -> store.snapshot(directory.resolve("copy")))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("pg_dump");
    }
  }
}

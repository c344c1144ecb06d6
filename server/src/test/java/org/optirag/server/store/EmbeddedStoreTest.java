package org.optirag.server.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.workspace.UserException;

class EmbeddedStoreTest extends EventStoreContract {
  private static final long SEED = 20261125;

  @TempDir Path directory;

  @Override
  EventStore open() {
    return EmbeddedStore.open(directory);
  }

  private Path file() {
    return directory.resolve(EmbeddedStore.FILE);
  }

  private static List<Event> batch(String name, int size) {
    return IntStream.range(0, size)
        .<Event>mapToObj(i -> new Event.Described(name + i, "i" + i, "x".repeat(400), List.of()))
        .toList();
  }

  @Test
  void onlyOneServiceHasItOpen() {
    try (EventStore store = open()) {
      assertThat(store.shared()).isFalse();
      assertThatThrownBy(this::open)
          .isInstanceOf(UserException.class)
          .hasMessageContaining(directory.toString())
          .hasMessageContaining("in use by another service");
    }
    open().close();
  }

  @Test
  void aFullDiskRefusesWholeBatchesAndTakesEventsAgainWhenThereIsRoom() {
    List<String> taken = new ArrayList<>();
    try (EventStore full = EmbeddedStore.open(directory, 60)) {
      assertThatThrownBy(
              () -> {
                for (int n = 0; n < 1_000; n++) {
                  full.append(batch("batch " + n + " ", 20), 1);
                  IntStream.range(0, 20)
                      .forEach(i -> taken.add("batch " + taken.size() / 20 + " " + i));
                }
              })
          .isInstanceOf(EventsRefusedException.class)
          .hasMessageContaining(file().toString())
          .hasMessageContaining("full");
      assertThat(taken).isNotEmpty();
      assertThat(ids(full)).isEqualTo(taken);
      assertThatThrownBy(() -> full.append(batch("more ", 20), 1))
          .isInstanceOf(EventsRefusedException.class);
      assertThat(ids(full)).isEqualTo(taken);
    }
    try (EventStore store = open()) {
      assertThat(ids(store)).isEqualTo(taken);
      store.append(batch("more ", 20), 1);
      assertThat(ids(store)).hasSize(taken.size() + 20);
    }
  }

  @Test
  void aRealDiskThatFillsUpIsNoReasonToStartAgain() throws Exception {
    Path disk = Files.createDirectory(directory.resolve("disk"));
    assumeTrue(
        run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString()),
        "no small disk can be mounted here (that takes root on Linux)");
    try {
      Path ballast = disk.resolve("ballast");
      Files.write(ballast, new byte[1 << 20]);
      int taken = 0;
      try (EventStore store = EmbeddedStore.open(disk)) {
        EventsRefusedException refusal = null;
        while (refusal == null && taken < 100_000) {
          try {
            taken += store.append(batch("batch " + taken + " ", 20), 1).added().size();
          } catch (EventsRefusedException e) {
            refusal = e;
          }
        }
        assertThat(refusal).hasMessageContaining(disk.toString()).hasMessageContaining("full");
        assertThat(ids(store)).hasSize(taken);
        Files.delete(ballast);
        taken += store.append(batch("room again ", 20), 1).added().size();
        assertThat(ids(store)).hasSize(taken);
      }
      try (EventStore store = EmbeddedStore.open(disk)) {
        assertThat(ids(store)).hasSize(taken).endsWith("room again 19");
      }
    } finally {
      run("umount", disk.toString());
    }
  }

  private static boolean run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException e) {
      return false; // there is no such program
    }
  }

  @Test
  void aStoreDamagedInTheMiddleIsNamedAndLeftAsItIs() throws IOException {
    try (EventStore store = open()) {
      store.append(batch("e", 2_000), 1);
    }
    byte[] whole = Files.readAllBytes(file());
    Random random = new Random(SEED);
    for (int round = 0; round < 8; round++) {
      byte[] broken = whole.clone();
      // Whole pages: a changed letter in a title is something that no check of structure sees.
      int page = 4_096 * (1 + random.nextInt(whole.length / 4_096 - 1));
      for (int i = page; i < page + 4_096; i++) {
        broken[i] = (byte) random.nextInt();
      }
      Files.write(file(), broken);
      assertThatThrownBy(this::open)
          .as("seed %d, round %d, page at %d", SEED, round, page)
          .isInstanceOf(UserException.class)
          .hasMessageContaining(file() + " is damaged")
          .hasMessageContaining("Restore a snapshot");
      assertThat(Files.readAllBytes(file())).isEqualTo(broken);
    }
    Files.write(file(), Arrays.copyOf(whole, whole.length / 2));
    assertThatThrownBy(this::open).isInstanceOf(UserException.class);
    Files.writeString(file(), "no database, but long enough to be looked at");
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file().toString());
  }

  @Test
  void aSnapshotTakenInUseIsAWholeStore(@TempDir Path other) {
    Path snapshot = other.resolve("snapshots").resolve("today.db");
    try (EventStore store = open()) {
      store.append(batch("before", 100), 1);
      Thread writer =
          Thread.ofPlatform()
              .start(() ->
                  IntStream.range(0, 50).forEach(n -> store.append(batch("b" + n + " ", 10), 1)));
      store.snapshot(snapshot);
      join(writer);
      assertThatThrownBy(() -> store.snapshot(snapshot))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("is there already");
      assertThat(ids(store)).hasSize(600);
    }
    Path restored = other.resolve("restored");
    EmbeddedStore.restore(snapshot, restored);
    try (EventStore store = EmbeddedStore.open(restored);
        EventStore source = open()) {
      List<String> ids = ids(store);
      assertThat(ids.size()).isGreaterThanOrEqualTo(100);
      assertThat(ids.size() % 10).as("half a batch").isZero();
      assertThat(ids).isEqualTo(ids(source).subList(0, ids.size()));
      assertThat(store.append(List.of(met("new")), 1).added()).hasSize(1);
    }
    assertThatThrownBy(() -> EmbeddedStore.restore(snapshot, restored))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is a store already");
  }

  @Test
  void aDamagedSnapshotIsNotRestored(@TempDir Path other) throws IOException {
    Path snapshot = other.resolve("today.db");
    try (EventStore store = open()) {
      store.append(batch("e", 2_000), 1);
      store.snapshot(snapshot);
    }
    byte[] broken = Files.readAllBytes(snapshot);
    Arrays.fill(broken, broken.length / 2, broken.length / 2 + 8_192, (byte) 7);
    Files.write(snapshot, broken);
    Path restored = other.resolve("restored");
    assertThatThrownBy(() -> EmbeddedStore.restore(snapshot, restored))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(snapshot + " is damaged");
    assertThat(restored.resolve(EmbeddedStore.FILE)).doesNotExist();
    assertThatThrownBy(() -> EmbeddedStore.restore(other.resolve("none.db"), restored))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no snapshot");
  }

  @Test
  void anotherProgramsDatabaseAndANewerStoreAreRefused() throws SQLException {
    sql("CREATE TABLE notes (text TEXT)");
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("is no store of events");
    sql("DROP TABLE notes", "PRAGMA application_id = " + 0x4F52_4147);
    open().close();
    sql(
        "INSERT INTO optirag_schema SELECT installed_rank + 1, '99', description, type,"
            + " 'V99__later.sql', checksum, installed_by, installed_on, execution_time, success"
            + " FROM optirag_schema ORDER BY installed_rank DESC LIMIT 1");
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("version 99, newer than this OptiRAG");
  }

  @Test
  void whatWasKilledWhileItMadeAStoreIsBegunAgain() throws Exception {
    Files.createFile(file()); // no byte yet
    assertMadeWhole();
    Files.delete(file());
    sql("PRAGMA journal_mode = WAL"); // no table yet
    assertMadeWhole();
    Files.delete(file());
    sql("PRAGMA application_id = " + 0x4F52_4147, "CREATE TABLE optirag_schema (version TEXT)");
    assertMadeWhole();
    Files.write(directory.resolve(EmbeddedStore.FILE + ".new"), new byte[10]);
    Files.delete(file());
    assertMadeWhole();
    try (EventStore store = open()) {
      store.append(List.of(met("kept")), 1);
    }
    try (EventStore store = open()) {
      assertThat(ids(store)).as("what holds events is not begun again").containsExactly("kept");
    }
  }

  private void assertMadeWhole() {
    for (int time = 0; time < 2; time++) {
      try (EventStore store = open()) {
        assertThat(ids(store)).isEmpty();
      }
    }
  }

  @Test
  void aDatabaseOfAnotherProgramIsNotChangedByARefusal() throws Exception {
    sql("PRAGMA journal_mode = DELETE", "CREATE TABLE notes (text TEXT)");
    assertUnchanged();
    sql("PRAGMA application_id = 7");
    assertUnchanged();
    Files.delete(file());
    Files.writeString(file(), "a letter");
    assertUnchanged();
  }

  private void assertUnchanged() throws IOException {
    byte[] before = Files.readAllBytes(file());
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessageContaining("left as it is");
    assertThat(Files.readAllBytes(file())).isEqualTo(before);
    assertThat(StoreFile.all(file()).subList(1, 4)).allMatch(Files::notExists);
  }

  @Test
  void aStoreOfAnOlderVersionIsBroughtUpToDateWithAllItHolds() throws SQLException {
    open().close();
    sql(
        "DROP TABLE replaced",
        "DROP TABLE compaction",
        "DELETE FROM optirag_schema WHERE version = '2'",
        "INSERT INTO event (id, received, kind, user_id, item_id, liked, rating, time)"
            + " VALUES ('a', 5, 'interacted', 'u', 'i', 1, NULL, 4)");
    try (EventStore store = open()) {
      assertThat(ids(store)).containsExactly("a");
      assertThat(store.append(List.of(met("a"), met("b")), 1).added()).hasSize(1);
    }
  }

  private void sql(String... statements) throws SQLException {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file());
        Statement statement = connection.createStatement()) {
      for (String each : statements) {
        statement.execute(each);
      }
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}

package org.optirag.server.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.workspace.UserException;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;
import org.sqlite.SQLiteErrorCode;

/**
 * Events in a directory of their own: {@value #FILE} is a SQLite database, written ahead and forced
 * to disk with every transaction. One process at a time has it open.
 */
public final class EmbeddedStore {
  /** The database; while it is open, files with further endings stand beside it. */
  public static final String FILE = "events.db";

  /** How long one waits for another's transaction, in milliseconds. */
  private static final int PATIENCE = 10_000;

  private static final int CONNECTIONS = 3; // one appends, one reads, one copies

  private EmbeddedStore() {}

  /**
   * Opens the store, or makes one.
   *
   * @param directory made if it is missing
   * @throws UserException if it is in use, damaged, of a newer version or cannot be written
   */
  public static EventStore open(Path directory) {
    return open(directory, Long.MAX_VALUE);
  }

  /** The same in a file of a limited size, as if the disk were full. */
  static EventStore open(Path directory, long mostPages) {
    Path file = directory.resolve(FILE);
    DirectoryLock lock = DirectoryLock.take(directory);
    HikariDataSource pool = null;
    try {
      if (!isThere(file)) {
        make(file);
      }
      DataSource source = source(file, false, mostPages);
      check(source, file, "quick_check");
      pool = pool(source);
      Migrations.run(pool, "sqlite", "The store " + file);
      return new JdbcEventStore(pool, new Engine(file, lock)).compacted();
    } catch (RuntimeException e) {
      if (pool != null) {
        pool.close();
      }
      lock.close();
      throw e;
    }
  }

  /**
   * Makes a store of a snapshot, checked first.
   *
   * @param snapshot as {@link EventStore#snapshot} wrote it
   * @param directory holds no store
   * @throws UserException if the snapshot is damaged or none of ours, or there is a store already
   */
  public static void restore(Path snapshot, Path directory) {
    if (!Files.isRegularFile(snapshot)) {
      throw new UserException("There is no snapshot " + snapshot + ".", "Name a snapshot's file.");
    }
    Path file = directory.resolve(FILE);
    if (Files.exists(file)) {
      throw new UserException(
          "There is a store already: " + file + ".",
          "Name another directory, or move that file away with those beside it.");
    }
    check(source(snapshot, true, Long.MAX_VALUE), snapshot, "integrity_check");
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      Path part = directory.resolve(FILE + ".part");
      Files.copy(snapshot, part, StandardCopyOption.REPLACE_EXISTING);
      force(part);
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw DirectoryLock.cannotWrite(directory, e);
    } finally {
      lock.close();
    }
    open(directory).close(); // migrates, and tells at once if it is of a newer version
  }

  /**
   * Says in words what {@link #open} would find. No store is made or migrated.
   *
   * @throws UserException if it could not be opened
   */
  public static String inspect(Path directory) {
    Path there = directory.toAbsolutePath();
    while (!Files.exists(there) && there.getParent() != null) {
      there = there.getParent();
    }
    if (!Files.isDirectory(there) || !Files.isWritable(there)) {
      throw new UserException(
          "The store " + directory + " cannot be made: " + there + " is no directory to write.",
          "Name another directory, or let this user write there.");
    }
    Path file = directory.resolve(FILE);
    if (!Files.exists(file)) {
      return "none yet in " + directory + "; one will be made";
    }
    DirectoryLock lock = DirectoryLock.take(directory);
    try {
      StoreFile.Kind kind = StoreFile.kind(file);
      if (kind == StoreFile.Kind.HALF_MADE) {
        return "an empty one in " + directory + ", which a killed process left; it will be made";
      }
      if (kind != StoreFile.Kind.STORE) {
        throw isNone(file, kind);
      }
      DataSource source = source(file, true, Long.MAX_VALUE);
      check(source, file, "quick_check");
      try (Connection connection = source.getConnection();
          Statement statement = connection.createStatement()) {
        return "%,d events in %s, %,d MB"
            .formatted(
                number(statement, "SELECT count(*) FROM event"), file, Files.size(file) >> 20);
      }
    } catch (SQLException e) {
      throw damaged(file, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw DirectoryLock.cannotWrite(file, e);
    } finally {
      lock.close();
    }
  }

  private static DataSource source(Path file, boolean readOnly, long mostPages) {
    SQLiteConfig config = new SQLiteConfig();
    config.setReadOnly(readOnly);
    if (!readOnly) {
      config.setJournalMode(SQLiteConfig.JournalMode.WAL);
      config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
      config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    }
    if (mostPages != Long.MAX_VALUE) {
      config.setPragma(SQLiteConfig.Pragma.MAX_PAGE_COUNT, Long.toString(mostPages));
    }
    config.setBusyTimeout(PATIENCE);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl("jdbc:sqlite:" + file.toAbsolutePath());
    return source;
  }

  private static HikariDataSource pool(DataSource source) {
    HikariConfig config = new HikariConfig();
    config.setDataSource(source);
    config.setPoolName("events");
    config.setMaximumPoolSize(CONNECTIONS);
    config.setMinimumIdle(1);
    config.setMaxLifetime(0);
    config.setConnectionTimeout(PATIENCE);
    return new HikariDataSource(config);
  }

  /**
   * Whether there is a store. What a killed program left half-made, which holds no event, is taken
   * away.
   *
   * @throws UserException if it is something else, which stays as it is
   */
  private static boolean isThere(Path file) {
    if (!Files.exists(file)) {
      return false;
    }
    try {
      StoreFile.Kind kind = StoreFile.kind(file);
      switch (kind) {
        case STORE -> {
          return true;
        }
        case HALF_MADE -> {
          for (Path each : StoreFile.all(file)) {
            Files.deleteIfExists(each);
          }
          return false;
        }
        case FOREIGN, OTHER -> throw isNone(file, kind);
      }
    } catch (IOException e) {
      throw DirectoryLock.cannotWrite(file, e);
    }
    throw new IllegalStateException("a kind of file that is not known");
  }

  /** Makes a store beside its place and moves it there whole: who is killed leaves nothing. */
  private static void make(Path file) {
    Path part = file.resolveSibling(FILE + ".new");
    try {
      for (Path each : StoreFile.all(part)) {
        Files.deleteIfExists(each);
      }
      DataSource source = source(part, false, Long.MAX_VALUE);
      mark(source, part);
      try (HikariDataSource pool = pool(source)) {
        Migrations.run(pool, "sqlite", "The store " + file);
      }
      force(part); // all is in the one file: the last connection that is closed sees to that
      Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw DirectoryLock.cannotWrite(file, e);
    }
  }

  private static void mark(DataSource source, Path file) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA application_id = " + StoreFile.APPLICATION);
    } catch (SQLException e) {
      throw new UserException(
          "Cannot write " + file + ": " + e.getMessage() + ".",
          "Free some space, or choose a directory you can write.",
          e);
    }
  }

  private static void check(DataSource source, Path file, String pragma) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      int application = (int) number(statement, "PRAGMA application_id");
      if (application != StoreFile.APPLICATION) {
        throw new UserException(
            file + " is no store of events: it is marked %x.".formatted(application),
            "Name the directory of a store, or an empty one.");
      }
      try (ResultSet row = statement.executeQuery("PRAGMA " + pragma + "(1)")) {
        String said = row.next() ? row.getString(1) : "nothing";
        if (!said.equals("ok")) {
          throw damaged(file, said, null);
        }
      }
    } catch (SQLException e) {
      throw damaged(file, String.valueOf(e.getMessage()), e);
    }
  }

  private static UserException isNone(Path file, StoreFile.Kind kind) {
    return kind == StoreFile.Kind.OTHER
        ? damaged(file, "it is no database", null)
        : new UserException(
            file + " is no store of events: another program made it.",
            "It is left as it is. Name the directory of a store, or an empty one.");
  }

  private static UserException damaged(Path file, String said, @Nullable SQLException cause) {
    return new UserException(
        file + " is damaged: " + said.lines().reduce((first, last) -> last).orElse(said) + ".",
        "It is left as it is. Restore a snapshot into an empty directory and serve from there.",
        cause);
  }

  private static long number(Statement statement, String query) throws SQLException {
    try (ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void force(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
  }

  private record Engine(Path file, DirectoryLock lock) implements JdbcEventStore.Engine {
    @Override
    public void exclude(Connection connection) {} // transactions begin as IMMEDIATE

    @Override
    public String least() {
      return "min";
    }

    @Override
    public String explain(SQLException error) {
      int code = error.getErrorCode() & 0xFF;
      if (code == SQLiteErrorCode.SQLITE_FULL.code) {
        return "The disk that holds " + file + " is full";
      }
      if (code == SQLiteErrorCode.SQLITE_CORRUPT.code
          || code == SQLiteErrorCode.SQLITE_NOTADB.code) {
        return file + " is damaged: stop the service and restore a snapshot";
      }
      return "The store " + file + " refuses: " + error.getMessage();
    }

    @Override
    public EventsRefusedException.Reason reason(SQLException error) {
      return (error.getErrorCode() & 0xFF) == SQLiteErrorCode.SQLITE_FULL.code
          ? EventsRefusedException.Reason.FULL_DISK
          : EventsRefusedException.Reason.AWAY;
    }

    @Override
    public boolean shared() {
      return false;
    }

    @Override
    public boolean fetchesInTransactions() {
      return false; // and a transaction would keep others from appending
    }

    @Override
    public void snapshot(HikariDataSource source, Path target) {
      if (Files.exists(target)) {
        throw new UserException(
            target + " is there already.", "Name a new file, for instance with the date.");
      }
      Path part = target.resolveSibling(target.getFileName() + ".part");
      try {
        Files.createDirectories(target.toAbsolutePath().getParent());
        Files.deleteIfExists(part);
        try (Connection connection = source.getConnection();
            PreparedStatement vacuum = connection.prepareStatement("VACUUM INTO ?")) {
          vacuum.setString(1, part.toString());
          vacuum.execute();
        }
        force(part);
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
      } catch (SQLException | IOException e) {
        throw new UserException(
            "Cannot write the snapshot " + target + ": " + e.getMessage() + ".",
            "Free some space, or choose a directory you can write.",
            e);
      }
    }

    @Override
    public void close() {
      lock.close();
    }
  }
}

package org.optirag.workspace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileLocksTest {
  @TempDir Path directory;

  @Test
  void ofManyThreadsOneAtATimeWorks() {
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
      for (int i = 0; i < 40; i++) {
        threads.execute(() ->
            FileLocks.locked(
                directory,
                () -> {
                  most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                  Thread.yield();
                  return inside.decrementAndGet();
                }));
      }
    }
    assertThat(inside).hasValue(0);
    assertThat(most).hasValue(1);
  }

  @Test
  void anotherProcessWaits() throws Exception {
    Path visible = directory.resolve("witness");
    Process other =
        FileLocks.locked(
            directory,
            () -> {
              try {
                Process started =
                    new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                            "-cp",
                            System.getProperty("java.class.path")
                                + File.pathSeparator
                                + System.getProperty("surefire.test.class.path", ""),
                            VisibleHistory.class.getName(),
                            directory.toString())
                        .inheritIO()
                        .start();
                // It says so when it is about to ask for the lock.
                assertThat(poll(directory.resolve("asking"))).isTrue();
                assertThat(started.waitFor(300, TimeUnit.MILLISECONDS)).isFalse();
                assertThat(visible).doesNotExist();
                return started;
              } catch (Exception e) {
                throw new AssertionError(e);
              }
            });
    assertThat(other.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(other.exitValue()).isZero();
    assertThat(visible).exists();
  }

  private static boolean poll(Path file) throws InterruptedException {
    for (int i = 0; i < 600 && !Files.exists(file); i++) {
      Thread.sleep(50);
    }
    return Files.exists(file);
  }

  /** The other process. */
  static final class VisibleHistory {
    private VisibleHistory() {}

    public static void main(String[] arguments) throws Exception {
      Path directory = Path.of(arguments[0]);
      Files.writeString(directory.resolve("asking"), "");
      FileLocks.locked(directory, () -> write(directory.resolve("witness")));
    }

    private static int write(Path file) {
      AtomicFiles.writeString(file, "");
      return 0;
    }
  }

  @Test
  void workThatFailsFreesTheLock() {
    assertThatThrownBy(() ->
            FileLocks.locked(
                directory,
                () -> {
                  throw new UserException("No.", "Try again.");
                }))
        .isInstanceOf(UserException.class);
    assertThat(FileLocks.<String>locked(directory, () -> "free")).isEqualTo("free");
  }

  @Test
  void aDirectoryThatIsNotThereIsAUserError() {
    assertThatThrownBy(() -> FileLocks.locked(Path.of("/proc/none"), () -> 1))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Cannot lock /proc/none/.lock")
        .hasMessageContaining("Set OPTIRAG_CACHE");
  }
}

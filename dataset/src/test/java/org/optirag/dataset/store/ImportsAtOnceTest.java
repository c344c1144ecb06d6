package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Dataset;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** Two who want a data set of one name at the same time. */
class ImportsAtOnceTest {
  private static final String RATINGS = "userId,movieId,rating,timestamp\n1,7,3.5,1000\n";
  private static final String MOVIES = "movieId,title,genres\n7,Solaris (1972),Drama\n";

  @TempDir Path temporary;

  /** Counts imports, and keeps each waiting a little for another to run into it. */
  private static final class Meeting implements Progress {
    private final CountDownLatch both = new CountDownLatch(2);
    private final AtomicInteger inside = new AtomicInteger();
    private final AtomicBoolean met = new AtomicBoolean();
    private final AtomicInteger imports = new AtomicInteger();

    @Override
    public Task begin(String name, long total, String unit) {
      imports.incrementAndGet();
      inside.incrementAndGet();
      both.countDown();
      try {
        met.compareAndSet(false, both.await(300, TimeUnit.MILLISECONDS) && inside.get() > 1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
      return new Task() {
        @Override
        public void advance(long units) {}

        @Override
        public void note(String remark) {}

        @Override
        public void close() {
          inside.decrementAndGet();
        }
      };
    }
  }

  @Test
  void importsUnderOneNameFollowEachOther() throws Exception {
    Path data = Files.createDirectory(temporary.resolve("data"));
    Files.writeString(data.resolve("ratings.csv"), RATINGS);
    Files.writeString(data.resolve("movies.csv"), MOVIES);
    Meeting meeting = new Meeting();
    List<Manifest> manifests = twice(() -> store().importDirectory(data, meeting).manifest());
    assertThat(meeting.met).as("two imports at one time").isFalse();
    assertThat(meeting.imports).hasValue(2);
    assertThat(manifests.get(0)).isEqualTo(manifests.get(1));
    assertThat(store().open(manifests.get(0).name()).interactions().size()).isEqualTo(1);
  }

  @Test
  void whoWaitedForAnImportTakesItAsItIs() throws Exception {
    CacheDirectory cache = new CacheDirectory(temporary.resolve("cache"));
    zip(cache.directory("downloads", "movielens-latest-small").resolve("ml-latest-small.zip"));
    Meeting meeting = new Meeting();
    List<Dataset> read = twice(() -> store().require("movielens-latest-small", meeting));
    assertThat(meeting.imports).hasValue(1);
    assertThat(read).extracting(data -> data.items().title(0)).containsOnly("Solaris (1972)");
  }

  private DatasetStore store() {
    return new DatasetStore(new CacheDirectory(temporary.resolve("cache")));
  }

  private static void zip(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file);
        ZipOutputStream zip = new ZipOutputStream(out)) {
      zip.putNextEntry(new ZipEntry("ml-latest-small/ratings.csv"));
      zip.write(RATINGS.getBytes(StandardCharsets.UTF_8));
      zip.putNextEntry(new ZipEntry("ml-latest-small/movies.csv"));
      zip.write(MOVIES.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static <T> List<T> twice(Callable<T> work) throws Exception {
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      Future<T> one = threads.submit(work);
      Future<T> other = threads.submit(work);
      return List.of(one.get(), other.get());
    }
  }
}

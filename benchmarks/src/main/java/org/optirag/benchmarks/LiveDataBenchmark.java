package org.optirag.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.knowledge.Event;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.server.live.LiveData;
import org.optirag.server.live.LiveSettings;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.DirectoryTree;
import org.optirag.workspace.Progress;

/**
 * What it costs to know everything now: the time to open a data set for service, the time to bring
 * everybody's events together anew, the heap that is held, and the time to prepare a request.
 */
public final class LiveDataBenchmark {
  private static final int CANDIDATES = 20;
  private static final int ROUNDS = 3;

  private LiveDataBenchmark() {}

  /**
   * Prints them; arguments: the data set's name, events between renewals, and a bundle trained on
   * the data, if requests shall be prepared.
   */
  public static void main(String[] arguments) throws IOException {
    CacheDirectory cache = CacheDirectory.standard();
    Dataset data = new DatasetStore(cache).require(arguments[0], Progress.silent());
    int events = Integer.parseInt(arguments[1]);
    Bundle bundle = arguments.length > 2 ? Bundle.open(Path.of(arguments[2])) : null;
    System.out.printf("%s: %,d rows%n", data.name(), data.interactions().size());
    double before = heap();
    Path directory = Files.createTempDirectory("optirag-live-");
    try {
      measure(data, events, bundle, cache, directory, before);
      open(data, directory).close();
    } finally {
      DirectoryTree.remove(directory);
    }
  }

  private static LiveData open(Dataset data, Path directory) {
    long start = System.nanoTime();
    LiveData live =
        LiveData.open(
            data,
            data.split(),
            EmbeddedStore.open(directory),
            new LiveSettings(Duration.ofDays(1), Duration.ofDays(1)));
    System.out.printf(
        "opened with %,d events in %.2f s%n", live.status().interactions(), seconds(start));
    return live;
  }

  private static void measure(
      Dataset data,
      int events,
      @Nullable Bundle bundle,
      CacheDirectory cache,
      Path directory,
      double before) {
    try (LiveData live = open(data, directory)) {
      System.out.printf("heap held beside the data: %.0f MB%n", heap() - before);
      if (bundle == null) {
        renew(live, data, events);
      } else {
        try (Tokenizer tokenizer =
                Tokenizers.open(
                    new ModelStore(cache)
                        .require(bundle.manifest().backbone().name(), Progress.silent()));
            RequestPrompts prompts = live.prompts(bundle, tokenizer, cache, Progress.silent())) {
          request(prompts, data);
          renew(live, data, events);
          request(prompts, data);
        }
      }
      System.out.printf("heap held beside the data: %.0f MB%n", heap() - before);
    }
  }

  private static void renew(LiveData live, Dataset data, int events) {
    SplittableRandom random = new SplittableRandom(20251125);
    for (int round = 0; round < ROUNDS; round++) {
      List<Event> told = new ArrayList<>(events);
      for (int n = 0; n < events; n++) {
        told.add(
            new Event.Interacted(
                round + "-" + n,
                data.users().ids().id(random.nextInt(data.users().size())),
                data.items().ids().id(random.nextInt(data.items().size())),
                random.nextBoolean(),
                OptionalDouble.empty(),
                System.currentTimeMillis() / 1_000));
      }
      live.accept(told);
      live.renew();
      System.out.printf(
          "renewed with %,d events in %.2f s%n",
          events, live.status().lastRenewal().toMillis() / 1e3);
    }
  }

  private static void request(RequestPrompts prompts, Dataset data) {
    SplittableRandom random = new SplittableRandom(20251126);
    double[] times = new double[1_500];
    for (int n = 0; n < times.length; n++) {
      List<CandidateItem> candidates = new ArrayList<>();
      for (int item : random.ints(CANDIDATES, 0, data.items().size()).distinct().toArray()) {
        candidates.add(CandidateItem.of(data.items().ids().id(item)));
      }
      String user = data.users().ids().id(random.nextInt(data.users().size()));
      long start = System.nanoTime();
      prompts.prepare(new RankRequest(user, candidates));
      times[n] = seconds(start) * 1e3;
    }
    double[] warm = Arrays.copyOfRange(times, 500, times.length);
    Arrays.sort(warm);
    System.out.printf(
        "a request of %d candidates prepared in %.2f ms (median), %.2f ms (p99)%n",
        CANDIDATES, warm[warm.length / 2], warm[warm.length * 99 / 100]);
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

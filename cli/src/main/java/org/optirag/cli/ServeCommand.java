package org.optirag.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.server.RankingService;
import org.optirag.server.http.AccessTokens;
import org.optirag.server.http.Limits;
import org.optirag.server.http.ServiceSettings;
import org.optirag.server.http.TlsFiles;
import org.optirag.server.live.LiveData;
import org.optirag.server.live.LiveSettings;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.LoadedBundle;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.server.store.EventStore;
import org.optirag.server.store.PostgresStore;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code optirag serve}: a bundle as a service. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves a bundle: ranks candidates for a user under a deadline, learns from feedback at once,"
          + " exits earlier under load instead of falling behind, and shows what it does on a page"
          + " at /.",
      ""
    },
    footer = {
      "",
      "Every setting can stand in a YAML file (--config FILE: 'port: 8080'), in the environment"
          + " (OPTIRAG_SERVE_PORT=8080) or here; the latter wins. 'optirag config show' prints what"
          + " holds. Passwords and tokens are taken from file and environment alone.",
      "",
      "Example: optirag serve --bundle bundles/movielens-100k --policy none",
      "  curl -s localhost:8080/v1/rank -H 'Content-Type: application/json' \\",
      "    -d '{\"user\": \"42\", \"candidates\": [\"50\", \"181\", \"258\"]}'",
      "",
      "SIGTERM lets the requests under way end. docs/serving.md has the whole tour."
    })
final class ServeCommand implements Callable<Integer> {
  /** SmolLM2-135M in bf16 on one core; the first passes correct it. */
  private static final double FIRST_GUESS = 0.0008;

  private final Object logging = new Object();

  @Mixin private CommonOptions common;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    long start = System.nanoTime();
    ServeConfig config = ServeConfig.of(spec.commandLine().getParseResult(), System.getenv());
    Backbone.setThreads(1);
    Map<String, Path> bundles = bundles(config);
    Bundle first = Bundle.open(bundles.values().iterator().next());
    // What is wrong with a setting is told before anything is loaded.
    LoadedBundle.Settings loading = loading(config);
    Scheduler.Settings scheduling = scheduling(config);
    ServiceSettings settings = settings(config, first);
    Duration most = config.seconds(ServeSetting.DRAIN, 0, 3600);
    String dataset = config.text(ServeSetting.DATASET).orElse(first.dataset().name());
    EventStore store = store(config, dataset);
    // The data are read while the model is: each waits for other parts of the machine.
    CompletableFuture<LiveData> live = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("live-data")
        .start(() -> complete(live, () -> live(config, first, dataset, store)));
    RankingService service;
    try {
      service =
          new RankingService(
              bundles,
              loading,
              scheduling,
              settings,
              () -> joined(live),
              name -> snapshot(store, dataDirectory(config, dataset), name),
              common.cache(),
              common.progress());
    } catch (RuntimeException e) {
      live.thenAccept(LiveData::close);
      throw e;
    }
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("drain")
                .unstarted(() -> {
                  end(service, joined(live), most);
                  ended.countDown();
                }));
    System.err.printf(
        Locale.ROOT,
        "optirag: serving %s at %s://%s:%d/ (ready in %.1f s)%n",
        String.join(", ", bundles.keySet()),
        config.text(ServeSetting.TLS_CERTIFICATE).isPresent() ? "https" : "http",
        config.value(ServeSetting.HOST).text(),
        service.port(),
        (System.nanoTime() - start) / 1e9);
    ended.await();
    return 0;
  }

  private static <T> void complete(CompletableFuture<T> future, Supplier<T> made) {
    try {
      future.complete(made.get());
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(e);
    }
  }

  private static <T> T joined(CompletableFuture<T> future) {
    try {
      return future.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof UserException mendable) {
        throw mendable;
      }
      throw e;
    }
  }

  private static void end(RankingService service, LiveData live, Duration most) {
    try {
      service.drain(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    service.close();
    live.close();
  }

  private static Map<String, Path> bundles(ServeConfig config) {
    Map<String, Path> bundles = new LinkedHashMap<>();
    for (String part : config.value(ServeSetting.BUNDLE).text().split(",", -1)) {
      int equals = part.indexOf('=');
      Path directory = Path.of(part.substring(equals + 1).strip());
      String name =
          equals >= 0
              ? part.substring(0, equals).strip()
              : String.valueOf(directory.toAbsolutePath().normalize().getFileName());
      if (name.isEmpty() || bundles.put(name, directory) != null) {
        throw config.wrong(ServeSetting.BUNDLE, "a list of bundles, each with its own name", null);
      }
    }
    return bundles;
  }

  private static Path snapshot(EventStore store, Path directory, String name) {
    Path file = directory.resolve("snapshots").resolve(name + ".db");
    store.snapshot(file);
    return file;
  }

  private LiveData live(ServeConfig config, Bundle bundle, String name, EventStore store) {
    DatasetStore datasets = new DatasetStore(common.cache());
    Dataset data = datasets.require(name, common.progress());
    Split split = data.split(bundle.splitOf(data));
    LiveSettings settings =
        new LiveSettings(
            config.seconds(ServeSetting.RENEWAL, 1, 86_400), LiveSettings.DEFAULT.poll());
    try {
      return LiveData.open(
          data, datasets.find(name).manifest().rules(), split, store, settings);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static EventStore store(ServeConfig config, String dataset) {
    String url = config.value(ServeSetting.STORE_URL).text();
    if (!url.isEmpty()) {
      return PostgresStore.open(
          url,
          config.text(ServeSetting.STORE_USER).orElse(null),
          config.text(ServeSetting.STORE_PASSWORD).orElse(null));
    }
    Path directory = dataDirectory(config, dataset);
    config
        .path(ServeSetting.RESTORE)
        .ifPresent(snapshot -> EmbeddedStore.restore(snapshot, directory));
    return EmbeddedStore.open(directory);
  }

  private static Path dataDirectory(ServeConfig config, String dataset) {
    return config
        .path(ServeSetting.DATA_DIR)
        .orElseGet(
            () -> Path.of(System.getProperty("user.home"), ".local", "share", "optirag", dataset));
  }

  private static LoadedBundle.Settings loading(ServeConfig config) {
    String policy = config.value(ServeSetting.POLICY).text();
    if (!policy.equals("chosen")) {
      ExitPolicy.parse(policy); // tells what is wrong with it before anything is loaded
    }
    DType dtype =
        switch (config.value(ServeSetting.DTYPE).text().toLowerCase(Locale.ROOT)) {
          case "auto" -> DType.AUTO;
          case "bf16" -> DType.BF16;
          case "f32" -> DType.F32;
          default -> throw config.wrong(ServeSetting.DTYPE, "auto, bf16 or f32", null);
        };
    long bytes = (long) config.whole(ServeSetting.CONTEXT_CACHE, 0, 1 << 20) << 20;
    return new LoadedBundle.Settings(dtype, bytes, policy);
  }

  private static Scheduler.Settings scheduling(ServeConfig config) {
    int workers =
        config.text(ServeSetting.WORKERS).isPresent()
            ? config.whole(ServeSetting.WORKERS, 1, 1024)
            : Runtime.getRuntime().availableProcessors();
    return new Scheduler.Settings(
        workers,
        config.whole(ServeSetting.BATCH_TOKENS, 1, 1 << 20),
        config.whole(ServeSetting.QUEUE_TOKENS, 1, 1 << 30),
        Duration.ofMillis(config.whole(ServeSetting.DEADLINE, 1, 600_000)),
        FIRST_GUESS);
  }

  private ServiceSettings settings(ServeConfig config, Bundle bundle) {
    AccessTokens tokens = tokens(config);
    String host = config.value(ServeSetting.HOST).text();
    if (!isLoopback(config, host) && tokens.isOpen() && !config.flag(ServeSetting.OPEN)) {
      throw new UserException(
          "Without tokens the service listens on loopback only, not on " + host + ".",
          "Give --tokens-file, or --open true if everybody who reaches it may do everything.");
    }
    Limits standard = Limits.DEFAULT;
    Limits limits =
        new Limits(
            config.whole(ServeSetting.MAX_BODY, 1000, 1 << 28),
            config.whole(ServeSetting.MAX_CANDIDATES, 1, 100_000),
            standard.titleCharacters(),
            standard.fieldCharacters(),
            config.whole(ServeSetting.MAX_TOKENS, 1000, 1 << 24),
            standard.events(),
            standard.headers(),
            standard.deadline(),
            config.whole(ServeSetting.RATE, 0, 1 << 30),
            config.whole(ServeSetting.CONNECTIONS, 1, 1 << 20));
    return new ServiceSettings(
        host,
        config.whole(ServeSetting.PORT, 0, 65_535),
        tls(config),
        tokens,
        limits,
        Duration.ofMillis(config.whole(ServeSetting.DEADLINE, 1, 600_000)),
        bundle.dataset().rules().likedFrom(),
        config.seconds(ServeSetting.DRAIN_DELAY, 0, 3600),
        accessLog(config),
        Telemetry.configured(System.getenv()));
  }

  private Consumer<String> accessLog(ServeConfig config) {
    if (!config.flag(ServeSetting.ACCESS_LOG)) {
      return line -> {};
    }
    return line -> {
      synchronized (logging) {
        common.out().println(line);
        common.out().flush();
      }
    };
  }

  private static AccessTokens tokens(ServeConfig config) {
    String line = config.value(ServeSetting.TOKENS).text();
    if (!line.isEmpty()) {
      return AccessTokens.parse(config.value(ServeSetting.TOKENS).from(), line);
    }
    return config.path(ServeSetting.TOKENS_FILE).map(AccessTokens::read).orElse(AccessTokens.OPEN);
  }

  private static @Nullable TlsFiles tls(ServeConfig config) {
    Path certificate = config.path(ServeSetting.TLS_CERTIFICATE).orElse(null);
    if (certificate == null) {
      return null;
    }
    return new TlsFiles(
        certificate,
        config.path(ServeSetting.TLS_KEY).orElse(null),
        config.value(ServeSetting.TLS_PASSWORD).text());
  }

  private static boolean isLoopback(ServeConfig config, String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw config.wrong(ServeSetting.HOST, "an address of this machine", e);
    }
  }
}

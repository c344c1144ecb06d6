package org.optirag.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.server.RankingService;
import org.optirag.server.live.LiveData;
import org.optirag.server.live.LiveSettings;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.server.store.EventStore;
import org.optirag.server.store.PostgresStore;
import org.optirag.workspace.UserException;

/** A service that listens, with the store and the data that it answers from. */
final class OpenService {
  private final RankingService service;
  private final CompletableFuture<LiveData> live;

  private OpenService(RankingService service, CompletableFuture<LiveData> live) {
    this.service = service;
    this.live = live;
  }

  /**
   * Opens store, data and bundles, and listens.
   *
   * @throws UserException if one of them cannot be had, or the port is taken
   */
  static OpenService open(ServicePlan plan, ServeConfig config, CommonOptions common) {
    EventStore store = store(config, plan.dataset());
    // The data are read while the model is: each waits for other parts of the machine.
    CompletableFuture<LiveData> live = new CompletableFuture<>();
    Thread.ofPlatform()
        .name("live-data")
        .start(() -> complete(live, () -> live(plan, store, config, common)));
    try {
      RankingService service =
          new RankingService(
              plan.bundles(),
              plan.loading(),
              plan.scheduling(),
              plan.settings(),
              () -> joined(live),
              name -> snapshot(store, dataDirectory(config, plan.dataset()), name),
              common.cache(),
              common.progress());
      return new OpenService(service, live);
    } catch (RuntimeException e) {
      live.thenAccept(LiveData::close);
      throw e;
    }
  }

  /** Where it listens. */
  int port() {
    return service.port();
  }

  /**
   * Lets the requests under way end and closes everything. Where something goes on nevertheless,
   * what it uses is left to the process's end.
   *
   * @param most time for them
   */
  void end(Duration most) {
    LiveData data = joined(live);
    boolean ended = false;
    try {
      ended = service.drain(most);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (ended) {
      service.close();
    }
    data.close();
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

  private static LiveData live(
      ServicePlan plan, EventStore store, ServeConfig config, CommonOptions common) {
    DatasetStore datasets = new DatasetStore(common.cache());
    Dataset data = datasets.require(plan.dataset(), common.progress());
    Split split = data.split(plan.first().splitOf(data));
    LiveSettings settings =
        new LiveSettings(
            config.seconds(ServeSetting.RENEWAL, 1, 86_400), LiveSettings.DEFAULT.poll());
    try {
      return LiveData.open(
          data, datasets.find(plan.dataset()).manifest().rules(), split, store, settings);
    } catch (RuntimeException e) {
      store.close();
      throw e;
    }
  }

  private static Path snapshot(EventStore store, Path directory, String name) {
    Path file = directory.resolve("snapshots").resolve(name + ".db");
    store.snapshot(file);
    return file;
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

  /**
   * Says in words which store there is; none is made.
   *
   * @throws UserException if it could not be opened
   */
  static String inspect(ServeConfig config, String dataset) {
    String url = config.value(ServeSetting.STORE_URL).text();
    return url.isEmpty()
        ? EmbeddedStore.inspect(dataDirectory(config, dataset))
        : PostgresStore.inspect(
            url,
            config.text(ServeSetting.STORE_USER).orElse(null),
            config.text(ServeSetting.STORE_PASSWORD).orElse(null));
  }

  private static Path dataDirectory(ServeConfig config, String dataset) {
    return config
        .path(ServeSetting.DATA_DIR)
        .orElseGet(
            () -> Path.of(System.getProperty("user.home"), ".local", "share", "optirag", dataset));
  }
}

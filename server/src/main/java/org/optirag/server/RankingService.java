package org.optirag.server;

import io.micrometer.core.instrument.Gauge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.ExitPolicy;
import org.optirag.server.http.Backup;
import org.optirag.server.http.HttpServer;
import org.optirag.server.http.ServiceMetrics;
import org.optirag.server.http.ServiceParts;
import org.optirag.server.http.ServiceSettings;
import org.optirag.server.live.LiveData;
import org.optirag.server.ranking.Ranker;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.Lease;
import org.optirag.server.rollout.LiveQuality;
import org.optirag.server.rollout.LoadedBundle;
import org.optirag.server.rollout.Rollout;
import org.optirag.server.rollout.Shadows;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * The whole service: data, bundles, scheduling and HTTP, put together, warmed up, and listening.
 */
public final class RankingService implements AutoCloseable {
  private static final int WARM_UP_PASSES = 2;
  private static final int WARM_UP_CANDIDATES = 4;

  /** For those who wait to hear that it ends, and for passes to reach their next block. */
  private static final Duration TELLING = Duration.ofSeconds(1);

  private static final Duration PATIENT = Duration.ofMinutes(5);

  private final ServiceMetrics metrics = new ServiceMetrics();
  private final Rollout rollout;
  private final Scheduler scheduler;
  private final HttpServer server;

  /**
   * Starts to serve.
   *
   * @param bundles directories by name, of which the first answers everybody
   * @param loading how they are loaded
   * @param scheduling how requests are scored
   * @param settings how the service is reached
   * @param data what is known; asked for once the first bundle is in memory, so that both can be
   *     read at the same time; not closed with the service
   * @param backup copies it
   * @throws org.optirag.workspace.UserException if a bundle does not fit, or the address is taken
   */
  public RankingService(
      Map<String, Path> bundles,
      LoadedBundle.Settings loading,
      Scheduler.Settings scheduling,
      ServiceSettings settings,
      Supplier<LiveData> data,
      Backup backup,
      CacheDirectory cache,
      Progress progress) {
    Rollout.BundleLoader loader =
        (name, directory) ->
            LoadedBundle.load(
                name,
                directory,
                loading,
                cache,
                (bundle, tokenizer) -> data.get().prompts(bundle, tokenizer, cache, progress),
                progress);
    List<Map.Entry<String, Path>> all = List.copyOf(bundles.entrySet());
    rollout = new Rollout(loader, all.getFirst().getKey(), all.getFirst().getValue());
    all.subList(1, all.size()).forEach(each -> rollout.load(each.getKey(), each.getValue()));
    scheduler = new Scheduler(scheduling, metrics);
    metrics.watch(scheduler);
    metrics.watch(rollout);
    LiveData live = data.get();
    watch(live);
    LiveLookup lookup = new LiveLookup(live.catalogue());
    warmUp(lookup);
    LiveQuality quality = new LiveQuality(metrics.registry());
    server =
        new HttpServer(
            new ServiceParts(
                settings,
                rollout,
                scheduler,
                new Shadows(rollout, scheduler, quality),
                live,
                backup,
                lookup,
                quality,
                metrics));
  }

  private void watch(LiveData live) {
    Map<String, ToDoubleFunction<LiveData.Status>> figures =
        Map.of(
            "optirag.live.events", LiveData.Status::sequence,
            "optirag.live.interactions", LiveData.Status::interactions,
            "optirag.live.renewals", LiveData.Status::renewals,
            "optirag.live.users", LiveData.Status::users,
            "optirag.live.items", LiveData.Status::items,
            "optirag.live.behind", status -> status.sequence() - status.worldSequence());
    figures.forEach((name, figure) ->
        Gauge.builder(name, () -> figure.applyAsDouble(live.status()))
            .description("Of the live data")
            .register(metrics.registry()));
  }

  /** The first passes are slow, and the cost of a token has to be known before it matters. */
  private void warmUp(LiveLookup lookup) {
    List<CandidateItem> items =
        lookup.items("", WARM_UP_CANDIDATES).stream()
            .map(item -> CandidateItem.of(item.id()))
            .toList();
    if (items.isEmpty()) {
      return;
    }
    Ranker ranker = new Ranker(scheduler);
    for (String user : lookup.users("", WARM_UP_PASSES)) {
      try (Lease lease = rollout.pick(user)) {
        // The first head that the LLM has to run for: head 0 warms nothing.
        ExitPolicy shallow = new ExitPolicy.Fixed(lease.bundle().hasHeadZero() ? 2 : 1);
        ranker.rank(
            lease.bundle(),
            new RankRequest(user, items),
            shallow,
            PATIENT,
            Integer.MAX_VALUE,
            () -> false);
      }
    }
  }

  /** The port that it listens on. */
  public int port() {
    return server.port();
  }

  /**
   * Says that it is not ready, takes no new work, and lets the requests end that are under way.
   * What has not ended by then is given up: whoever waits for it is told, and passes over the model
   * end before their next block.
   *
   * @param most for them to end
   * @return whether the bundles may be closed: no pass is left that reads them
   */
  public boolean drain(Duration most) throws InterruptedException {
    boolean ended = server.drain(most);
    scheduler.abandon();
    boolean told = ended || server.settle(TELLING);
    return scheduler.hasEnded(TELLING) && told;
  }

  @Override
  public void close() {
    server.close();
    scheduler.close();
    rollout.close();
    metrics.close();
  }
}

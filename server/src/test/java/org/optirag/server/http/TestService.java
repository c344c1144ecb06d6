package org.optirag.server.http;

import io.opentelemetry.api.OpenTelemetry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.events.FeedbackIntake;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.Deployable;
import org.optirag.server.rollout.LiveQuality;
import org.optirag.server.rollout.Rollout;
import org.optirag.server.rollout.Shadows;
import tools.jackson.databind.JsonNode;

/** The real server on a free port, over bundles that a test chooses. */
final class TestService implements AutoCloseable {
  static final Limits LIMITS =
      new Limits(
          100_000,
          50,
          200,
          200,
          5_000,
          100,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          0,
          500);

  private final HttpClient client = HttpClient.newHttpClient();
  private final ServiceMetrics metrics = new ServiceMetrics();
  private final List<String> log = new CopyOnWriteArrayList<>();
  private final List<Event> events = new CopyOnWriteArrayList<>();
  private final Rollout rollout;
  private final Scheduler scheduler;
  private final HttpServer server;
  private volatile @Nullable RuntimeException refusal;

  TestService(Rollout.BundleLoader loader, AccessTokens tokens, Limits limits) {
    this(loader, tokens, limits, null);
  }

  TestService(
      Rollout.BundleLoader loader, AccessTokens tokens, Limits limits, @Nullable TlsFiles tls) {
    this(loader, tokens, limits, tls, OpenTelemetry.noop());
  }

  /** One that tells where its requests' time goes. */
  TestService(OpenTelemetry telemetry) {
    this((name, from) -> new FakeBundle(name), AccessTokens.OPEN, LIMITS, null, telemetry);
  }

  private TestService(
      Rollout.BundleLoader loader,
      AccessTokens tokens,
      Limits limits,
      @Nullable TlsFiles tls,
      OpenTelemetry telemetry) {
    rollout = new Rollout(loader, "first", Path.of("bundles/first"));
    Duration deadline = Duration.ofSeconds(20);
    scheduler = new Scheduler(new Scheduler.Settings(1, 2048, 100_000, deadline, 1e-6), metrics);
    metrics.watch(scheduler);
    metrics.watch(rollout);
    LiveQuality quality = new LiveQuality(metrics.registry());
    server =
        new HttpServer(
            new ServiceParts(
                new ServiceSettings(
                    "127.0.0.1",
                    0,
                    tls,
                    tokens,
                    limits,
                    deadline,
                    3.5,
                    Duration.ZERO,
                    log::add,
                    telemetry),
                rollout,
                scheduler,
                new Shadows(rollout, scheduler, quality),
                new Intake(),
                name -> Path.of("snapshots", name + ".db"),
                new FewThings(),
                quality,
                metrics));
  }

  /** One fake bundle, no tokens. */
  static TestService open() {
    return new TestService((name, directory) -> new FakeBundle(name), AccessTokens.OPEN, LIMITS);
  }

  private FeedbackIntake.Receipt accept(List<? extends Event> batch) {
    RuntimeException error = refusal;
    if (error != null) {
      throw error;
    }
    Set<String> known = new HashSet<>();
    events.forEach(event -> known.add(event.id()));
    List<Event> fresh = new ArrayList<>();
    batch.forEach(event -> {
      if (known.add(event.id())) {
        fresh.add(event);
      }
    });
    events.addAll(fresh);
    return new FeedbackIntake.Receipt(fresh.size(), batch.size() - fresh.size());
  }

  private final class Intake implements FeedbackIntake {
    @Override
    public Receipt accept(List<? extends Event> batch) {
      return TestService.this.accept(batch);
    }

    @Override
    public Optional<EventsRefusedException.Reason> refusing() {
      return refusal instanceof EventsRefusedException refused
          ? Optional.of(refused.reason())
          : Optional.empty();
    }
  }

  /** What the store says from now on, instead of taking events; null to take them again. */
  void refuseWith(@Nullable RuntimeException error) {
    refusal = error;
  }

  private final class FewThings implements Lookup {
    @Override
    public Optional<KnownItem> item(String id) {
      return id.equals("50")
          ? Optional.of(
              new KnownItem("50", "Star Wars (1977)", List.of(new Field("genres", "Space"))))
          : met()
              .filter(met -> met.item().equals(id))
              .findAny()
              .map(met -> new KnownItem(id, id, List.of()));
    }

    @Override
    public Optional<KnownUser> user(String id) {
      return id.equals("42")
          ? Optional.of(
              new KnownUser(
                  "42",
                  List.of(new Field("age", "30")),
                  List.of(new PromptSource.Told("50", "Star Wars (1977)", true, 7))))
          : met()
              .filter(met -> met.user().equals(id))
              .findAny()
              .map(met -> new KnownUser(id, List.of(), List.of()));
    }

    private Stream<Event.Interacted> met() {
      return events.stream()
          .filter(Event.Interacted.class::isInstance)
          .map(Event.Interacted.class::cast);
    }

    @Override
    public List<String> users(String prefix, int most) {
      return "42".startsWith(prefix) ? List.of("42") : List.of();
    }

    @Override
    public List<KnownItem> items(String prefix, int most) {
      return Stream.concat(Stream.of("50"), met().map(Event.Interacted::item))
          .flatMap(id -> item(id).stream())
          .filter(item -> item.title().toLowerCase(Locale.ROOT).startsWith(prefix))
          .toList();
    }
  }

  Rollout rollout() {
    return rollout;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  HttpServer server() {
    return server;
  }

  List<String> log() {
    return log;
  }

  List<Event> events() {
    return events;
  }

  int port() {
    return server.port();
  }

  /** The first bundle. */
  FakeBundle first() {
    for (Deployable bundle : rollout.deployed().values()) {
      if (bundle instanceof FakeBundle fake) {
        return fake;
      }
    }
    throw new IllegalStateException();
  }

  /** An answer. */
  record Reply(int status, JsonNode json, HttpResponse<byte[]> whole) {
    String header(String name) {
      return whole.headers().firstValue(name).orElse("");
    }
  }

  Reply get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  Reply post(String path, String json) throws IOException, InterruptedException {
    return call("POST", path, json);
  }

  Reply call(String method, String path, String json) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(json)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
  }

  Reply send(HttpRequest.Builder request) throws IOException, InterruptedException {
    HttpResponse<byte[]> response =
        client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    String type = response.headers().firstValue("Content-Type").orElse("");
    JsonNode json =
        type.contains("json")
            ? Json.mapper().readTree(response.body())
            : Json.mapper().createObjectNode();
    return new Reply(response.statusCode(), json, response);
  }

  @Override
  public void close() {
    server.close();
    scheduler.close();
    rollout.close();
    metrics.close();
    client.close();
  }
}

package org.optirag.server.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.server.Server;
import org.optirag.server.ranking.EndingException;
import tools.jackson.databind.node.ObjectNode;

/**
 * The service on the wire. Each request has a virtual thread; what it waits for costs no other.
 * Close it to end at once, {@link #drain} first to let requests end.
 */
public final class HttpServer implements AutoCloseable {
  static final String REQUEST_ID = "request-id";
  static final String ROUTE = "route";
  static final String CLIENT = "client";
  private static final String UNDER_WAY = "under-way";
  static final String BUNDLE = "bundle";
  static final String POLICY = "policy";

  /** No script, style or image but our own; nobody may frame the page. */
  private static final String CONTENT_SECURITY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
          + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

  /** Where Jina and both versions of Cohere look for it, then vLLM and llama.cpp. */
  private static final List<String> RERANK =
      List.of("/v1/rerank", "/v2/rerank", "/rerank", "/v1/reranking", "/reranking");

  private final ServiceParts parts;
  private final ServiceSettings settings;
  private final RateLimiter rates;
  private final OurNames names;
  private final AccessLog log;
  private final Traces traces;
  private final SecureRandom random = new SecureRandom();
  private final AtomicInteger underWay = new AtomicInteger();
  private final List<Route> routes;
  private final Javalin javalin;
  private volatile boolean draining;
  private volatile boolean ending;

  /**
   * Starts to listen.
   *
   * @throws org.optirag.workspace.UserException if the address cannot be bound, or the certificate
   *     not be read
   */
  public HttpServer(ServiceParts parts) {
    this.parts = parts;
    this.settings = parts.settings();
    this.names = OurNames.at(settings.host());
    this.rates = new RateLimiter(settings.limits().requestsPerSecond(), System::nanoTime);
    this.log = new AccessLog(settings.accessLog());
    this.traces = new Traces(settings.telemetry());
    this.routes = routes(parts);
    this.javalin = Javalin.create(this::configure);
    Connectors.start(javalin, settings);
  }

  private List<Route> routes(ServiceParts service) {
    Timeline timeline = new Timeline(() -> System.currentTimeMillis() / 1000);
    RankingHandlers ranking = new RankingHandlers(service, timeline, traces);
    FeedbackHandlers feedback = new FeedbackHandlers(service);
    ReadHandlers read = new ReadHandlers(service, timeline);
    AdminHandlers admin = new AdminHandlers(service);
    List<Route> all =
        new ArrayList<>(
            List.of(
                new Route(HandlerType.POST, "/v1/rank", Scope.RANK, ranking::rank),
                new Route(HandlerType.POST, "/v1/feedback", Scope.FEEDBACK, feedback::feedback),
                new Route(HandlerType.GET, "/v1/items", Scope.RANK, read::items),
                new Route(HandlerType.GET, "/v1/users", Scope.RANK, read::users),
                new Route(HandlerType.GET, "/v1/items/{id}", Scope.RANK, read::item),
                new Route(HandlerType.GET, "/v1/users/{id}", Scope.RANK, read::user),
                new Route(HandlerType.GET, "/v1/model", Scope.RANK, read::model),
                new Route(HandlerType.GET, "/v1/status", Scope.RANK, read::status),
                new Route(HandlerType.GET, "/metrics", Scope.RANK, read::metrics),
                new Route(HandlerType.GET, "/health/live", Scope.NONE, this::live),
                new Route(HandlerType.GET, "/health/ready", Scope.NONE, this::ready),
                new Route(HandlerType.PUT, "/v1/bundles/{name}", Scope.ADMIN, admin::load),
                new Route(HandlerType.DELETE, "/v1/bundles/{name}", Scope.ADMIN, admin::unload),
                new Route(HandlerType.PUT, "/v1/assignment", Scope.ADMIN, admin::assign),
                new Route(HandlerType.POST, "/v1/snapshot", Scope.ADMIN, admin::snapshot),
                new Route(HandlerType.POST, "/v1/assignment/promote", Scope.ADMIN, admin::promote),
                new Route(
                    HandlerType.POST, "/v1/assignment/rollback", Scope.ADMIN, admin::rollBack)));
    for (String path : RERANK) {
      all.add(new Route(HandlerType.POST, path, Scope.RANK, ranking::rerank));
    }
    for (String path : PageFiles.paths()) {
      all.add(new Route(HandlerType.GET, path, Scope.NONE, ctx -> PageFiles.serve(ctx, path)));
    }
    return List.copyOf(all);
  }

  private void configure(JavalinConfig config) {
    config.concurrency.useVirtualThreads = true;
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.startup.startupWatcherEnabled = false;
    config.http.prefer405over404 = true;
    config.http.maxRequestSize = settings.limits().bodyBytes();
    config.jetty.modifyServer(this::configure);
    config.jetty.addConnector((server, http) -> Connectors.connector(server, http, settings));
    config.requestLogger.http((ctx, millis) -> {
      if (ctx.attribute(UNDER_WAY) != null) {
        underWay.decrementAndGet(); // its answer is on its way
      }
      traces.end(ctx);
      log.write(ctx, millis);
      parts.metrics().request(AccessLog.route(ctx), ctx.statusCode());
    });
    config.routes.before(this::begin);
    for (Route route : routes) {
      config.routes.addHttpHandler(route.method(), route.path(), ctx -> handle(ctx, route));
      if (route.method() == HandlerType.GET) {
        // By itself Javalin says 200 to every HEAD of a path that it knows, and asks nobody.
        config.routes.addHttpHandler(HandlerType.HEAD, route.path(), ctx -> handle(ctx, route));
      }
    }
    config.routes.exception(
        Exception.class, (error, ctx) -> Problems.answer(ctx, Problems.of(error)));
    config.routes.error(404, ctx -> restate(ctx, "Not found", "There is nothing at this path."));
    config.routes.error(
        405, ctx -> restate(ctx, "Wrong method", "This path does not take this method."));
  }

  private void configure(Server server) {
    server.setErrorHandler(new BareErrors());
  }

  /** What no handler answered. */
  private static void restate(Context ctx, String title, String detail) {
    if (!Problems.MEDIA_TYPE.equals(ctx.res().getContentType())) {
      Problems.answer(ctx, new ProblemException(ctx.statusCode(), title, detail, null));
    }
  }

  /** Every answer has its id and the headers that keep browsers from harm. */
  private void begin(Context ctx) {
    String id = ctx.header("X-Request-Id");
    if (id == null || !id.matches("[A-Za-z0-9._-]{1,64}")) {
      byte[] bytes = new byte[8];
      random.nextBytes(bytes);
      id = HexFormat.of().formatHex(bytes);
    }
    traces.begin(ctx);
    ctx.attribute(REQUEST_ID, id);
    ctx.header("X-Request-Id", id)
        .header("Content-Security-Policy", CONTENT_SECURITY)
        .header("X-Content-Type-Options", "nosniff")
        .header("Referrer-Policy", "no-referrer")
        .header("Cross-Origin-Opener-Policy", "same-origin")
        .header("Cross-Origin-Resource-Policy", "same-origin")
        .header("Cache-Control", "no-store");
    if (settings.tls() != null) {
      ctx.header("Strict-Transport-Security", "max-age=31536000");
    }
    if (draining) {
      ctx.header("Connection", "close");
    }
  }

  private void handle(Context ctx, Route route) throws Exception {
    ctx.attribute(ROUTE, route.path());
    if (route.scope() != Scope.NONE) {
      AccessTokens.Client client = client(ctx);
      ctx.attribute(CLIENT, client.name());
      rates.take(client.name());
      if (!client.may(route.scope())) {
        throw new ProblemException(403, "Not allowed", "This token may not do this.", null);
      }
    }
    if (route.scope() != Scope.NONE) {
      // Counted first: what the end of the drain does not see finds that nothing is taken any more.
      underWay.incrementAndGet();
      ctx.attribute(UNDER_WAY, true);
      if (ending) {
        throw new EndingException();
      }
    }
    route.handler().handle(ctx);
  }

  private AccessTokens.Client client(Context ctx) {
    // Without tokens a page of another site could reach us through a name of its own.
    if (settings.tokens().isOpen() && !names.includes(ctx.header("Host"))) {
      throw new ProblemException(
          403, "Not allowed", "Without tokens the service answers to its own address only.", null);
    }
    return settings
        .tokens()
        .client(ctx.header("Authorization"), ctx.ip())
        .orElseThrow(() ->
            new ProblemException(401, "No token", "Send a bearer token that is known.", null));
  }

  private void live(Context ctx) {
    Requests.answer(ctx, Answers.object().put("status", "live"));
  }

  private void ready(Context ctx) {
    if (draining) {
      throw new ProblemException(503, "Draining", "The service is about to end.", null, 5);
    }
    ObjectNode body = Answers.object().put("status", "ready");
    // Ranking goes on, so it is ready; whoever looks here learns why feedback is refused.
    parts.intake().refusing().ifPresent(reason -> body.put("feedback", reason.text()));
    Requests.answer(ctx, body);
  }

  /** The port that it listens on. */
  public int port() {
    return javalin.port();
  }

  /** What it answers, for tests of its description. */
  List<Route> routes() {
    return routes;
  }

  /**
   * Says that it is not ready, goes on for as long as load balancers need to notice, then takes no
   * new work and lets the requests end that are under way.
   *
   * @param most for them to end
   * @return whether they did
   */
  public boolean drain(Duration most) throws InterruptedException {
    draining = true;
    Thread.sleep(settings.drainDelay());
    ending = true;
    return settle(most);
  }

  /** Waits until no request is under way, or a time is over; whether none is. */
  public boolean settle(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    while (underWay.get() > 0 && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    return underWay.get() <= 0;
  }

  @Override
  public void close() {
    javalin.stop();
  }
}

package org.optirag.server.http;

import io.javalin.http.Context;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.optirag.server.ranking.RankAnswer;
import org.optirag.server.rollout.Deployable;

/**
 * OpenTelemetry spans: one a request, as a child of the caller's, and within a ranking request one
 * for each of its stages. As in logs, routes but no paths, and no id or text of a user or item.
 */
final class Traces {
  private static final String SPAN = "span";

  private static final AttributeKey<String> METHOD = AttributeKey.stringKey("http.request.method");
  private static final AttributeKey<String> ROUTE = AttributeKey.stringKey("http.route");
  private static final AttributeKey<Long> STATUS =
      AttributeKey.longKey("http.response.status_code");
  private static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");
  private static final AttributeKey<String> REQUEST = AttributeKey.stringKey("optirag.request_id");
  private static final AttributeKey<String> BUNDLE = AttributeKey.stringKey("optirag.bundle");
  private static final AttributeKey<String> POLICY = AttributeKey.stringKey("optirag.policy");
  private static final AttributeKey<Double> DEPTH = AttributeKey.doubleKey("optirag.mean_depth");
  private static final AttributeKey<Long> CANDIDATES = AttributeKey.longKey("optirag.candidates");
  private static final AttributeKey<Long> TOKENS = AttributeKey.longKey("optirag.tokens");
  private static final AttributeKey<Long> TOGETHER =
      AttributeKey.longKey("optirag.requests_in_pass");

  private static final TextMapGetter<Context> HEADERS =
      new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Context ctx) {
          return ctx.headerMap().keySet();
        }

        @Override
        public @Nullable String get(@Nullable Context ctx, String key) {
          return ctx == null ? null : ctx.header(key);
        }
      };

  private final Tracer tracer;
  private final TextMapPropagator propagator;

  Traces(OpenTelemetry telemetry) {
    tracer = telemetry.getTracer("org.optirag.server");
    propagator = telemetry.getPropagators().getTextMapPropagator();
  }

  void begin(Context ctx) {
    var parent = propagator.extract(io.opentelemetry.context.Context.root(), ctx, HEADERS);
    ctx.attribute(
        SPAN,
        tracer
            .spanBuilder(ctx.req().getMethod())
            .setParent(parent)
            .setSpanKind(SpanKind.SERVER)
            .setAttribute(METHOD, ctx.req().getMethod())
            .startSpan());
  }

  void end(Context ctx) {
    Span span = ctx.attribute(SPAN);
    if (span == null) {
      return;
    }
    String route = AccessLog.route(ctx);
    span.updateName(ctx.req().getMethod() + " " + route)
        .setAttribute(ROUTE, route)
        .setAttribute(STATUS, (long) ctx.statusCode())
        .setAttribute(REQUEST, ctx.<String>attribute(HttpServer.REQUEST_ID));
    if (ctx.statusCode() >= 500) {
      span.setStatus(StatusCode.ERROR).setAttribute(ERROR, Integer.toString(ctx.statusCode()));
    }
    span.end();
  }

  /**
   * The stages of a ranking request that has just been answered, from what was measured of them.
   */
  void ranked(Context ctx, Deployable bundle, RankAnswer answer) {
    Span request = ctx.attribute(SPAN);
    if (request == null || !request.isRecording()) {
      return;
    }
    long end = nanos(Instant.now());
    long score = end - (long) (1e9 * answer.scored().scoreSeconds());
    long start = score - (long) (1e9 * answer.scored().queueSeconds());
    long queue = start + (long) (1e9 * answer.prepareSeconds());
    stage(request, "prepare", start).end(queue, TimeUnit.NANOSECONDS);
    stage(request, "queue", queue).end(score, TimeUnit.NANOSECONDS);
    stage(request, "score", score)
        .setAttribute(BUNDLE, bundle.name())
        .setAttribute(POLICY, answer.scored().point().policy().text())
        .setAttribute(DEPTH, answer.meanDepth(bundle.blocks()))
        .setAttribute(CANDIDATES, (long) answer.scored().scores().size())
        .setAttribute(TOKENS, (long) answer.prepared().prompt().tokens().tokens())
        .setAttribute(TOGETHER, (long) answer.scored().together())
        .end(end, TimeUnit.NANOSECONDS);
  }

  private Span stage(Span request, String name, long start) {
    return tracer
        .spanBuilder(name)
        .setParent(io.opentelemetry.context.Context.root().with(request))
        .setStartTimestamp(start, TimeUnit.NANOSECONDS)
        .startSpan();
  }

  private static long nanos(Instant instant) {
    return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
  }

  /** The trace that a request belongs to, for logs; null if none is recorded. */
  static @Nullable String id(Context ctx) {
    Span span = ctx.attribute(SPAN);
    return span != null && span.getSpanContext().isValid()
        ? span.getSpanContext().getTraceId()
        : null;
  }
}

package org.optirag.server.http;

import io.javalin.http.Context;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** A line of JSON a request: what was asked of which route, never of whom or about what. */
final class AccessLog {
  private final Consumer<String> out;

  AccessLog(Consumer<String> out) {
    this.out = out;
  }

  void write(Context ctx, double millis) {
    ObjectNode line = Answers.object();
    line.put("time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString())
        .put("method", ctx.req().getMethod())
        .put("route", route(ctx))
        .put("status", ctx.statusCode())
        .put("ms", Math.round(millis * 100) / 100.0)
        .put("request_id", ctx.<String>attribute(HttpServer.REQUEST_ID));
    put(line, "trace_id", Traces.id(ctx));
    put(line, "client", ctx.attribute(HttpServer.CLIENT));
    put(line, "bundle", ctx.attribute(HttpServer.BUNDLE));
    put(line, "policy", ctx.attribute(HttpServer.POLICY));
    out.accept(Json.mapper().writeValueAsString(line));
  }

  private static void put(ObjectNode line, String name, @Nullable Object value) {
    if (value != null) {
      line.put(name, value.toString());
    }
  }

  /** The route's pattern: ids in a path are users' and items', and stay out of logs and metrics. */
  static String route(Context ctx) {
    String route = ctx.attribute(HttpServer.ROUTE);
    return route == null ? "unknown" : route;
  }
}

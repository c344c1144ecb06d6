package org.optirag.server.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What handlers read of a request, and how they answer. */
final class Requests {
  private static final String JSON = "application/json";
  private static final String LINES = "application/x-ndjson";

  private Requests() {}

  /** The body as JSON. */
  static JsonNode json(Context ctx, Limits limits) {
    return Json.parse(body(ctx, limits, JSON), "");
  }

  /** Whether the body is a JSON text a line. */
  static boolean isLines(Context ctx) {
    return mediaType(ctx.contentType()).equals(LINES);
  }

  /** The body's bytes. */
  static byte[] body(Context ctx, Limits limits, String... types) {
    String type = mediaType(ctx.contentType());
    for (String accepted : types) {
      if (type.equals(accepted)) {
        try {
          return Json.bytes(
              ctx.req().getInputStream(), ctx.req().getContentLengthLong(), limits.bodyBytes());
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
    throw new ProblemException(
        415,
        "Wrong content type",
        "The content type is \"%s\", expected %s."
            .formatted(type.length() > 100 ? "" : type, String.join(" or ", types)),
        null);
  }

  /** What POST /v1/feedback takes. */
  static byte[] events(Context ctx, Limits limits) {
    return body(ctx, limits, JSON, LINES);
  }

  private static String mediaType(@Nullable String header) {
    if (header == null) {
      return "";
    }
    int end = header.indexOf(';');
    return (end < 0 ? header : header.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  /** Answers in JSON. */
  static void answer(Context ctx, JsonNode body) {
    ctx.contentType(JSON).result(Json.mapper().writeValueAsBytes(body));
  }
}

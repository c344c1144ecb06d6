package org.optirag.server.http;

import io.javalin.http.Context;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
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
        return plain(ctx, sent(ctx, limits), limits);
      }
    }
    throw new ProblemException(
        415,
        "Wrong content type",
        "The content type is \"%s\", expected %s."
            .formatted(type.length() > 100 ? "" : type, String.join(" or ", types)),
        null);
  }

  private static byte[] sent(Context ctx, Limits limits) {
    try {
      return Json.bytes(
          ctx.req().getInputStream(), ctx.req().getContentLengthLong(), limits.bodyBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A body as it was before the client made it small; no larger than one that was sent so. */
  private static byte[] plain(Context ctx, byte[] sent, Limits limits) {
    String coding = ctx.header("Content-Encoding");
    String name = coding == null ? "" : coding.strip().toLowerCase(Locale.ROOT);
    return switch (name) {
      case "", "identity" -> sent;
      case "gzip", "x-gzip" -> {
        try (InputStream inflated = new GZIPInputStream(new ByteArrayInputStream(sent))) {
          yield Json.bytes(inflated, -1, limits.bodyBytes());
        } catch (IOException e) {
          throw new ProblemException(
              400, "Bad request", "The body is not in gzip, as its Content-Encoding says.", null);
        }
      }
      default -> {
        ctx.header("Accept-Encoding", "gzip, identity");
        throw new ProblemException(
            415,
            "Wrong content encoding",
            "The content encoding is \"%s\", expected gzip or none."
                .formatted(name.length() > 100 ? "" : name),
            null);
      }
    };
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

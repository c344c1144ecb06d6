package org.optirag.server.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpException;
import org.optirag.recommender.UnknownItemException;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.ranking.BrokenAnswerException;
import org.optirag.server.ranking.DeadlineException;
import org.optirag.server.ranking.EndingException;
import org.optirag.server.ranking.OverloadedException;
import org.optirag.server.ranking.PromptTooLongException;
import org.optirag.workspace.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Turns what went wrong into what the client is told: RFC 9457, and never a stack trace. */
final class Problems {
  private static final Logger LOG = LoggerFactory.getLogger(Problems.class);
  static final String MEDIA_TYPE = "application/problem+json";

  private Problems() {}

  /** What a failure is to the client. */
  static ProblemException of(Throwable error) {
    return switch (error) {
      case ProblemException problem -> problem;
      case UnknownItemException unknown ->
          new ProblemException(
              422,
              "Unknown item",
              unknown.getMessage() + " Give its title, or send it as an item event first.",
              "candidates[" + unknown.candidate() + "]");
      case PromptTooLongException tooLong ->
          new ProblemException(
              422, "Too many tokens", String.valueOf(tooLong.getMessage()), "candidates");
      case OverloadedException full ->
          new ProblemException(
              429, "Overloaded", String.valueOf(full.getMessage()), null, full.retryAfter());
      case EndingException ending ->
          new ProblemException(503, "Draining", String.valueOf(ending.getMessage()), null, 5);
      case DeadlineException late ->
          new ProblemException(504, "Too late", String.valueOf(late.getMessage()), "deadline_ms");
      case BrokenAnswerException broken -> {
        LOG.error("{}", broken.getMessage());
        yield new ProblemException(500, "Broken bundle", String.valueOf(broken.getMessage()), null);
      }
      case CancellationException gone ->
          new ProblemException(499, "Client gone", "The client closed the connection.", null);
      case EventsRefusedException refused -> {
        LOG.error("events refused: {}", refused.getMessage());
        LOG.debug("events refused", refused);
        yield new ProblemException(
            503,
            "Events refused",
            "The store cannot take events now: "
                + refused.reason().text()
                + ". Nothing was applied. Send them again.",
            null,
            refused.reason() == EventsRefusedException.Reason.AWAY ? 2 : 30);
      }
      case UserException mendable ->
          new ProblemException(
              422, "Not possible", mendable.problem() + " " + mendable.wayOut(), null);
      case RuntimeException bad when bad instanceof HttpException http ->
          new ProblemException(http.getCode(), "Bad request", "The body cannot be read.", null);
      case UncheckedIOException io -> ofBody(Objects.requireNonNull(io.getCause()));
      case IOException io -> ofBody(io);
      default -> {
        LOG.error("a request failed", error);
        yield new ProblemException(
            500, "Unexpected", "This is a fault of the service; its log has the details.", null);
      }
    };
  }

  private static ProblemException ofBody(IOException error) {
    return error.getCause() instanceof TimeoutException
        ? new ProblemException(408, "Too slow", "The body came too slowly.", null)
        : new ProblemException(400, "Bad request", "The body cannot be read.", null);
  }

  /** Answers with a problem. */
  static void answer(Context ctx, ProblemException problem) {
    ctx.status(problem.status());
    if (problem.title().equals("Draining")) {
      ctx.header("Connection", "close");
    }
    if (problem.retryAfter() > 0) {
      ctx.header("Retry-After", Integer.toString(problem.retryAfter()));
    }
    if (problem.status() == 401) {
      ctx.header("WWW-Authenticate", "Bearer");
    }
    ctx.contentType(MEDIA_TYPE).result(Json.mapper().writeValueAsBytes(body(problem)));
  }

  static ObjectNode body(ProblemException problem) {
    ObjectNode body = Answers.object();
    body.put("type", "urn:optirag:" + problem.title().toLowerCase(Locale.ROOT).replace(' ', '-'))
        .put("title", problem.title())
        .put("status", problem.status())
        .put("detail", problem.detail());
    if (problem.field() != null) {
      body.put("field", problem.field());
    }
    return body;
  }
}

package org.optirag.server.http;

import io.javalin.http.Context;
import java.util.List;
import org.optirag.recommender.knowledge.Event;
import org.optirag.server.events.FeedbackIntake;

/** POST /v1/feedback. */
final class FeedbackHandlers {
  private final ServiceParts parts;
  private final FeedbackCall reader;

  FeedbackHandlers(ServiceParts parts) {
    this.parts = parts;
    this.reader = new FeedbackCall(parts.settings().limits(), parts.settings().likedFrom());
  }

  void feedback(Context ctx) {
    byte[] body = Requests.events(ctx, parts.settings().limits());
    List<Event> events = Requests.isLines(ctx) ? reader.lines(body) : reader.json(body);
    FeedbackIntake.Receipt receipt = parts.intake().accept(events);
    parts.metrics().events(receipt.applied(), receipt.known());
    if (receipt.applied() > 0) {
      parts.quality().learn(events);
    }
    Requests.answer(
        ctx, Answers.object().put("applied", receipt.applied()).put("known", receipt.known()));
  }
}

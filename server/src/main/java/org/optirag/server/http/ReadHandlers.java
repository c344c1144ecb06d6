package org.optirag.server.http;

import io.javalin.http.Context;
import java.util.LinkedHashMap;
import java.util.Map;
import org.optirag.server.control.ExitLadder;
import org.optirag.server.ranking.Scheduler;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What can be looked at: items, users, models, the state of the service. */
final class ReadHandlers {
  private static final int MOST_FOUND = 24;

  private final ServiceParts parts;
  private final Timeline timeline;

  ReadHandlers(ServiceParts parts, Timeline timeline) {
    this.parts = parts;
    this.timeline = timeline;
  }

  void item(Context ctx) {
    String id = Texts.id(ctx.pathParam("id"), "id");
    Requests.answer(
        ctx,
        parts
            .lookup()
            .item(id)
            .map(Answers::item)
            .orElseThrow(() -> unknown("There is no item with this id.")));
  }

  void user(Context ctx) {
    String id = Texts.id(ctx.pathParam("id"), "id");
    Requests.answer(
        ctx,
        parts
            .lookup()
            .user(id)
            .map(Answers::user)
            .orElseThrow(() -> unknown("There is no user with this id.")));
  }

  /** GET /v1/items?prefix=…: titles that begin so. */
  void items(Context ctx) {
    ObjectNode body = Answers.object();
    ArrayNode items = body.putArray("items");
    parts.lookup().items(prefix(ctx), MOST_FOUND).forEach(item -> items.add(Answers.item(item)));
    Requests.answer(ctx, body);
  }

  /** GET /v1/users?prefix=…: ids that begin so. */
  void users(Context ctx) {
    ObjectNode body = Answers.object();
    ArrayNode users = body.putArray("users");
    parts.lookup().users(prefix(ctx), MOST_FOUND).forEach(users::add);
    Requests.answer(ctx, body);
  }

  private static String prefix(Context ctx) {
    String prefix = ctx.queryParam("prefix");
    return prefix == null || prefix.isEmpty() ? "" : Texts.id(prefix, "prefix");
  }

  private static ProblemException unknown(String detail) {
    return new ProblemException(404, "Not found", detail, "id");
  }

  void model(Context ctx) {
    Map<String, ExitLadder> ladders = new LinkedHashMap<>();
    parts.rollout().deployed().forEach((name, bundle) -> ladders.put(name, bundle.ladder()));
    Requests.answer(
        ctx, Answers.model(parts.rollout().cards(), parts.rollout().assignment(), ladders));
  }

  /** For the page's charts. */
  void status(Context ctx) {
    Scheduler.State state = parts.scheduler().state();
    ObjectNode body = Answers.object();
    body.putObject("queue").put("requests", state.jobs()).put("tokens", state.tokens());
    body.put("busy", state.busy()).put("share", state.share());
    parts.metrics().cost(body.putObject("cost"));
    timeline.write(body.putArray("seconds"));
    Requests.answer(ctx, body);
  }

  void metrics(Context ctx) {
    ctx.contentType("text/plain; version=0.0.4; charset=utf-8").result(parts.metrics().scrape());
  }
}

package org.optirag.server.http;

import io.javalin.http.Context;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.optirag.server.rollout.BundleCard;
import org.optirag.server.rollout.Rollout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Bundles, changed while the service runs. */
final class AdminHandlers {
  private static final int MOST_BUNDLES = 8;

  private final Rollout rollout;
  private final Backup backup;
  private final Limits limits;

  AdminHandlers(ServiceParts parts) {
    this.rollout = parts.rollout();
    this.backup = parts.backup();
    this.limits = parts.settings().limits();
  }

  /** PUT /v1/bundles/{name}: loads a bundle, or loads it anew. */
  void load(Context ctx) {
    String name = name(ctx);
    Fields fields = Fields.of(Requests.json(ctx, limits), "");
    String directory = fields.text("directory", 1000);
    fields.end();
    List<BundleCard> cards = rollout.cards();
    if (cards.size() >= MOST_BUNDLES && cards.stream().noneMatch(is -> is.name().equals(name))) {
      throw ProblemException.field(
          "name", "There are " + MOST_BUNDLES + " bundles in memory already.");
    }
    BundleCard card;
    try {
      card = rollout.load(name, Path.of(directory));
    } catch (InvalidPathException e) {
      throw ProblemException.field("directory", "The field is no path.");
    }
    Requests.answer(
        ctx,
        Answers.object()
            .put("name", card.name())
            .put("dataset", card.dataset())
            .put("created", card.created().toString()));
  }

  /** DELETE /v1/bundles/{name}. */
  void unload(Context ctx) {
    rollout.unload(name(ctx));
    assignment(ctx);
  }

  /** PUT /v1/assignment. */
  void assign(Context ctx) {
    Fields fields = Fields.of(Requests.json(ctx, limits), "");
    String primary = fields.text("primary", 100);
    Map<String, Double> shares = fields.numbers("shares", MOST_BUNDLES);
    List<String> shadows = new ArrayList<>();
    if (fields.has("shadows")) {
      for (JsonNode node : fields.list("shadows", 0, MOST_BUNDLES)) {
        String path = "shadows[" + shadows.size() + "]";
        if (!node.isString()) {
          throw ProblemException.field(
              path, "The field is " + Fields.kind(node) + ", expected a string.");
        }
        shadows.add(Texts.text(node.asString(), 100, path));
      }
    } else {
      fields.ignore("shadows");
    }
    fields.end();
    rollout.assign(primary, shares, shadows);
    assignment(ctx);
  }

  /** POST /v1/assignment/promote. */
  void promote(Context ctx) {
    Fields fields = Fields.of(Requests.json(ctx, limits), "");
    String name = fields.text("bundle", 100);
    fields.end();
    rollout.promote(name);
    assignment(ctx);
  }

  /** POST /v1/assignment/rollback. */
  void rollBack(Context ctx) {
    Fields.of(Requests.json(ctx, limits), "").end();
    rollout.rollBack();
    assignment(ctx);
  }

  /** POST /v1/snapshot. */
  void snapshot(Context ctx) {
    Fields fields = Fields.of(Requests.json(ctx, limits), "");
    String name = plain("name", fields.text("name", 100));
    fields.end();
    Requests.answer(ctx, Answers.object().put("file", backup.snapshot(name).toString()));
  }

  private void assignment(Context ctx) {
    ObjectNode body = Answers.object();
    Answers.assignment(body, rollout.assignment());
    Requests.answer(ctx, body);
  }

  private static String name(Context ctx) {
    return plain("name", Texts.id(ctx.pathParam("name"), "name"));
  }

  private static String plain(String field, String name) {
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,63}")) {
      throw ProblemException.field(
          field, "A name has letters, digits, dots, dashes and underscores, 64 at most.");
    }
    return name;
  }
}

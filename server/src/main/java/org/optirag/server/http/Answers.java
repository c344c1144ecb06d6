package org.optirag.server.http;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.recommender.PromptSource;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ExitLadder;
import org.optirag.server.ranking.RankAnswer;
import org.optirag.server.ranking.RankingModel;
import org.optirag.server.rollout.Assignment;
import org.optirag.server.rollout.BundleCard;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Answers as JSON. */
final class Answers {
  private Answers() {}

  static ObjectNode object() {
    return Json.mapper().createObjectNode();
  }

  /** The places of scores, best first; equal ones as they came. */
  static List<Integer> order(List<Score> scores) {
    return IntStream.range(0, scores.size())
        .boxed()
        .sorted(Comparator.comparingDouble((Integer i) -> -scores.get(i).probability()))
        .toList();
  }

  /**
   * A ranking.
   *
   * @param adaptive whether the load decided on the exits
   * @param titles of items that the request brought no title for; null where none is known
   */
  static ObjectNode rank(
      RankingModel model,
      RankAnswer answer,
      boolean adaptive,
      boolean explain,
      double totalSeconds,
      Function<String, @Nullable String> titles,
      List<Integer> heads) {
    ObjectNode body = object();
    body.put("user", answer.query().user()).put("bundle", model.name());
    ArrayNode results = body.putArray("results");
    List<Score> scores = answer.scored().scores();
    for (int place : order(scores)) {
      Score score = scores.get(place);
      var candidate = answer.query().candidates().get(place);
      ObjectNode result = results.addObject();
      result.put("id", candidate.id()).put("index", place);
      String title = candidate.title() == null ? titles.apply(candidate.id()) : candidate.title();
      if (title != null) {
        result.put("title", title);
      }
      result.put("probability", score.probability()).put("exit_block", score.exitBlock());
      if (explain) {
        ArrayNode trace = result.putArray("heads");
        score
            .trace()
            .forEach(head ->
                trace
                    .addObject()
                    .put("block", head.block())
                    .put("probability", head.probability()));
        result.put("why", ExitReason.of(answer.scored().point().policy(), score, heads));
      }
    }
    TradeOffPoint point = answer.scored().point();
    body.putObject("exit")
        .put("policy", point.policy().text())
        .put("request_cost", point.requestCost())
        .put("adaptive", adaptive)
        .put("blocks", model.blocks())
        .put("mean_depth", answer.meanDepth(model.blocks()));
    body.putObject("timings_ms")
        .put("prepare", millis(answer.prepareSeconds()))
        .put("queue", millis(answer.scored().queueSeconds() - answer.prepareSeconds()))
        .put("score", millis(answer.scored().scoreSeconds()))
        .put("total", millis(totalSeconds));
    if (explain) {
      explanation(body.putObject("explanation"), model, answer);
    }
    return body;
  }

  static double millis(double seconds) {
    return Math.round(Math.max(0, seconds) * 1e5) / 100.0;
  }

  private static void explanation(ObjectNode into, RankingModel model, RankAnswer answer) {
    PromptSource.Prepared prepared = answer.prepared();
    var tokens = prepared.prompt().tokens();
    into.put("tokens", tokens.tokens()).put("together", answer.scored().together());
    into.put("context", model.text(tokens.context()));
    ArrayNode candidates = into.putArray("candidates");
    for (int place = 0; place < prepared.prompt().candidates(); place++) {
      candidates.add(prepared.prompt().tokensOf(place).map(model::text).orElse(""));
    }
    told(into.putArray("history"), prepared.history());
    ArrayNode neighbours = into.putArray("neighbours");
    for (PromptSource.SimilarUser similar : prepared.neighbours()) {
      ObjectNode neighbour = neighbours.addObject();
      neighbour.put("user", similar.user()).put("similarity", similar.similarity());
      told(neighbour.putArray("liked"), similar.liked());
    }
  }

  private static void told(ArrayNode into, List<PromptSource.Told> behaviours) {
    for (PromptSource.Told told : behaviours) {
      into.addObject()
          .put("item", told.item())
          .put("title", told.title())
          .put("liked", told.liked())
          .put("time", told.time());
    }
  }

  /** An answer in the shape that rerank clients read. */
  static ObjectNode rerank(
      RankingModel model,
      RankAnswer answer,
      RerankCall call,
      RerankQuery query,
      String id,
      String version) {
    ObjectNode body = object();
    body.put("id", id).put("object", "list").put("model", model.name());
    ArrayNode results = body.putArray("results");
    List<Score> scores = answer.scored().scores();
    List<Score> byDocument = query.places().stream().map(scores::get).toList();
    for (int place : order(byDocument).subList(0, Math.min(call.top(), byDocument.size()))) {
      ObjectNode result = results.addObject();
      result.put("index", place).put("relevance_score", byDocument.get(place).probability());
      if (call.returned()) {
        result.set("document", call.documents().get(place).returned());
      }
    }
    int tokens = answer.prepared().prompt().tokens().tokens();
    body.putObject("usage").put("prompt_tokens", tokens).put("total_tokens", tokens);
    ObjectNode meta = body.putObject("meta");
    meta.putObject("api_version").put("version", version);
    meta.putObject("billed_units").put("search_units", 1);
    List<String> warnings = query.warnings(call, model, answer.prepared().prompt());
    if (!warnings.isEmpty()) {
      warnings.forEach(meta.putArray("warnings")::add);
    }
    return body;
  }

  static ObjectNode item(Lookup.KnownItem item) {
    ObjectNode body = object();
    body.put("id", item.id()).put("title", item.title());
    fields(body.putObject("fields"), item.fields());
    return body;
  }

  static ObjectNode user(Lookup.KnownUser user) {
    ObjectNode body = object();
    body.put("id", user.id());
    fields(body.putObject("profile"), user.profile());
    told(body.putArray("history"), user.history());
    return body;
  }

  private static void fields(ObjectNode into, List<Field> fields) {
    fields.forEach(field -> into.put(field.name(), field.value()));
  }

  /** What is in memory, who is answered by which, and the curve of each. */
  static ObjectNode model(
      List<BundleCard> cards, Assignment assignment, Map<String, ExitLadder> ladders) {
    ObjectNode body = object();
    assignment(body.putObject("assignment"), assignment);
    ArrayNode bundles = body.putArray("bundles");
    for (BundleCard card : cards) {
      ObjectNode bundle = bundles.addObject();
      bundle
          .put("name", card.name())
          .put("dataset", card.dataset())
          .put("backbone", card.backbone())
          .put("dtype", card.dtype())
          .put("created", card.created().toString())
          .put("blocks", card.blocks());
      card.heads().forEach(bundle.putArray("heads")::add);
      bundle.put("chosen_policy", card.chosen());
      ExitLadder ladder = ladders.get(card.name());
      if (ladder != null) {
        bundle.put("policy", ladder.top().policy().text());
        points(bundle.putArray("ladder"), ladder.rungs());
      }
      points(bundle.putArray("curve"), ExitLadder.of(card.curve(), new ExitPolicy.None()).rungs());
      ObjectNode metrics = bundle.putObject("metrics");
      card.metrics()
          .forEach((split, figures) -> {
            ObjectNode of = metrics.putObject(split);
            figures.forEach(of::put);
          });
    }
    return body;
  }

  static void assignment(ObjectNode into, Assignment assignment) {
    into.put("primary", assignment.primary());
    ObjectNode shares = into.putObject("shares");
    assignment.shares().forEach(shares::put);
    ArrayNode shadows = into.putArray("shadows");
    assignment.shadows().forEach(shadows::add);
  }

  private static void points(ArrayNode into, List<TradeOffPoint> points) {
    for (TradeOffPoint point : points) {
      ObjectNode each = into.addObject();
      each.put("policy", point.policy().text())
          .put("request_cost", point.requestCost())
          .put("mean_depth", point.meanDepth());
      if (Double.isFinite(point.auc())) {
        each.put("auc", point.auc());
      }
    }
  }
}

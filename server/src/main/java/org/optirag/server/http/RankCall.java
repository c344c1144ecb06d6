package org.optirag.server.http;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.ExitPolicy;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;

/**
 * The body of POST /v1/rank.
 *
 * @param query who asks, between what
 * @param deadline until the answer, or null for the service's
 * @param policy that the request insists on, or null to let the load decide
 * @param explain whether the answer shall say why
 */
record RankCall(
    RankRequest query, @Nullable Duration deadline, @Nullable ExitPolicy policy, boolean explain) {

  static RankCall read(JsonNode body, Limits limits) {
    Fields fields = Fields.of(body, "");
    String user = fields.id("user");
    List<CandidateItem> candidates = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (JsonNode node : fields.list("candidates", 1, limits.candidates())) {
      String path = "candidates[" + candidates.size() + "]";
      CandidateItem item = candidate(node, path, limits);
      if (!seen.add(item.id())) {
        throw ProblemException.field(path, "The item \"" + item.id() + "\" is there twice.");
      }
      candidates.add(item);
    }
    Duration deadline = deadline(fields, limits);
    ExitPolicy policy =
        fields.optionalText("policy", 100).map(text -> policy(text, "policy")).orElse(null);
    boolean explain = fields.flag("explain", false);
    fields.end();
    return new RankCall(new RankRequest(user, candidates), deadline, policy, explain);
  }

  static @Nullable Duration deadline(Fields fields, Limits limits) {
    var millis = fields.optionalWhole("deadline_ms", 1, limits.deadline().toMillis());
    return millis.isPresent() ? Duration.ofMillis(millis.getAsLong()) : null;
  }

  static ExitPolicy policy(String text, String path) {
    try {
      return ExitPolicy.parse(text);
    } catch (UserException e) {
      throw ProblemException.field(path, e.problem() + " " + e.wayOut());
    }
  }

  private static CandidateItem candidate(JsonNode node, String path, Limits limits) {
    if (node.isString()) {
      return CandidateItem.of(Texts.id(node.asString(), path));
    }
    if (!node.isObject()) {
      throw ProblemException.field(
          path,
          "The candidate is " + Fields.kind(node) + ", expected an id or an object with an id.");
    }
    Fields fields = Fields.of(node, path);
    String id = fields.id("id");
    Optional<String> title = fields.optionalText("title", limits.titleCharacters());
    List<Field> texts = fields.texts("fields", Limits.FIELDS, limits.fieldCharacters());
    fields.end();
    if (title.isEmpty() && !texts.isEmpty()) {
      throw ProblemException.field(
          path + ".title", "The field is missing: an item that brings fields brings its title.");
    }
    return new CandidateItem(id, title.orElse(null), texts);
  }
}

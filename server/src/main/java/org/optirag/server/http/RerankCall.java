package org.optirag.server.http;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import tools.jackson.databind.JsonNode;

/**
 * The body of POST /v1/rerank, as clients of Jina, Cohere and llama.cpp send it. The query is the
 * user's id; a document is an item's id, or the text of an item that the service need not know.
 *
 * @param query the user, and each document once
 * @param places where among the query's candidates each document is
 * @param documents as they came
 * @param top how many to answer
 * @param returned whether the answer repeats the documents
 */
record RerankCall(
    RankRequest query, List<Integer> places, List<String> documents, int top, boolean returned) {
  /** What these clients send besides, and means nothing here. */
  private static final String[] IGNORED = {
    "model",
    "max_chunks_per_doc",
    "max_tokens_per_doc",
    "truncation",
    "rank_fields",
    "priority",
    "user",
    "return_embeddings"
  };

  /**
   * @param known whether an id is an item's
   */
  static RerankCall read(JsonNode body, Limits limits, Predicate<String> known) {
    Fields fields = Fields.of(body, "");
    String user = fields.id("query");
    List<String> documents = new ArrayList<>();
    for (JsonNode node : fields.list("documents", 1, limits.candidates())) {
      documents.add(document(node, "documents[" + documents.size() + "]", limits));
    }
    int top = (int) fields.optionalWhole("top_n", 1, Integer.MAX_VALUE).orElse(documents.size());
    boolean returned = fields.flag("return_documents", false);
    fields.ignore(IGNORED);
    fields.end();
    Map<String, Integer> first = new LinkedHashMap<>();
    List<CandidateItem> candidates = new ArrayList<>();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      String document = documents.get(i);
      Integer before = first.putIfAbsent(document, candidates.size());
      places.add(before == null ? candidates.size() : before);
      if (before == null) {
        candidates.add(
            document.length() <= Texts.MOST_ID && known.test(document)
                ? CandidateItem.of(document)
                : new CandidateItem("document " + i, document, List.of()));
      }
    }
    return new RerankCall(new RankRequest(user, candidates), places, documents, top, returned);
  }

  private static String document(JsonNode node, String path, Limits limits) {
    if (node.isString()) {
      return Texts.text(node.asString(), limits.titleCharacters(), path);
    }
    Fields fields = Fields.of(node, path);
    String text = fields.text("text", limits.titleCharacters());
    fields.end();
    return text;
  }
}

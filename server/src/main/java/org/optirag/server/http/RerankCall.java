package org.optirag.server.http;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Field;
import tools.jackson.databind.JsonNode;

/**
 * The body of POST /v1/rerank, as clients of Jina, Cohere, LiteLLM, vLLM and llama.cpp send it. The
 * query is the user's id; a document is an item's id, or the texts of an item that the service need
 * not know. Options that mean nothing here are passed over, and the answer says so.
 *
 * @param user the query
 * @param documents as they came
 * @param top how many to answer
 * @param returned whether the answer repeats the documents
 * @param tokens of a document that are read at most, where the request says so
 * @param passedOver options that are not known here
 */
record RerankCall(
    String user,
    List<Document> documents,
    int top,
    boolean returned,
    OptionalLong tokens,
    List<String> passedOver) {
  /** The field that is read of a document, unless the request names others. */
  private static final String TEXT = "text";

  private static final int MOST_FIELDS = 1 + Limits.FIELDS;
  private static final int MOST_NAME = 100;

  /**
   * A document.
   *
   * @param text that is ranked, or an item's id
   * @param fields further texts that the request wants read
   * @param unread whether it has fields that the request does not want read
   * @param whole as it came
   */
  record Document(String text, List<Field> fields, boolean unread, JsonNode whole) {
    /** As the answer repeats it. */
    JsonNode returned() {
      return whole.isObject() ? whole : Answers.object().put(TEXT, text);
    }
  }

  static RerankCall read(JsonNode body, Limits limits) {
    Fields fields = Fields.of(body, "");
    String user = fields.id("query");
    List<String> read =
        fields.optionalStrings("rank_fields", MOST_FIELDS, MOST_NAME).orElse(List.of(TEXT));
    List<Document> documents = new ArrayList<>();
    for (JsonNode node : fields.list("documents", 1, limits.candidates())) {
      documents.add(document(node, "documents[" + documents.size() + "]", read));
    }
    long top = fields.optionalWhole("top_n", 0, Integer.MAX_VALUE).orElse(0);
    boolean returned = fields.flag("return_documents", false);
    OptionalLong tokens = fields.optionalWhole("max_tokens_per_doc", 1, Integer.MAX_VALUE);
    fields.ignore("model"); // the answer says which it was
    return new RerankCall(
        user,
        documents,
        top == 0 ? documents.size() : (int) top, // vLLM's clients say 0 for all
        returned,
        tokens,
        fields.unread().stream()
            .map(name -> name.length() > MOST_NAME ? name.substring(0, MOST_NAME) + "…" : name)
            .toList());
  }

  private static Document document(JsonNode node, String path, List<String> read) {
    if (node.isString()) {
      return new Document(text(node.asString(), path), List.of(), false, node);
    }
    if (!node.isObject()) {
      throw ProblemException.field(
          path, "The document is " + Fields.kind(node) + ", expected a string or an object.");
    }
    List<Field> texts = new ArrayList<>();
    for (String name : read) {
      String text = text(node.get(name), path + "." + name);
      if (text != null) {
        texts.add(new Field(name, text));
      }
    }
    if (texts.isEmpty()) {
      throw ProblemException.field(
          path + "." + read.getFirst(),
          "The document has nothing to read in %s. Give it one, or name others in rank_fields."
              .formatted(String.join(", ", read)));
    }
    return new Document(
        texts.getFirst().value(),
        texts.subList(1, texts.size()),
        node.propertyNames().stream().anyMatch(name -> !read.contains(name)),
        node);
  }

  private static String text(String text, String path) {
    return Texts.text(text, Integer.MAX_VALUE, path);
  }

  /** A field's text; numbers as they are written, lists with commas; null where there is none. */
  private static @Nullable String text(@Nullable JsonNode node, String path) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (node.isArray() && node.size() > 0) {
      return text(
          String.join(
              ", ",
              StreamSupport.stream(node.spliterator(), false)
                  .map(each -> scalar(each, path))
                  .toList()),
          path);
    }
    return node.isArray() || scalar(node, path).isEmpty() ? null : text(scalar(node, path), path);
  }

  private static String scalar(JsonNode node, String path) {
    if (!node.isString() && !node.isNumber() && !node.isBoolean()) {
      throw ProblemException.field(
          path,
          "The field is " + Fields.kind(node) + ", expected a text, a number or a list of those.");
    }
    return node.asString();
  }
}

package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bodies as the clients of other rerankers send them. A token of the fake bundle is a letter. */
@Timeout(60)
class RerankClientsTest {
  private final TestService service = TestService.open();

  @AfterEach
  void close() {
    service.close();
  }

  private JsonNode rerank(String path, String body) throws Exception {
    TestService.Reply reply = service.post(path, body);
    assertThat(reply.status()).as(reply.json().toString()).isEqualTo(200);
    return reply.json();
  }

  private static List<String> warnings(JsonNode answer) {
    List<String> warnings = new ArrayList<>();
    answer.get("meta").path("warnings").forEach(each -> warnings.add(each.asString()));
    return warnings;
  }

  private static String quoted(String text) {
    return Json.mapper().writeValueAsString(text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/rerank", "/reranking", "/v1/rerank", "/v1/reranking", "/v2/rerank"})
  void everyPathThatAClientLooksAtAnswersAlike(String path) throws Exception {
    JsonNode answer =
        rerank(path, "{\"model\":\"any\",\"query\":\"42\",\"documents\":[\"50\",\"A film\"]}");
    assertThat(answer.get("results")).hasSize(2);
    assertThat(answer.get("meta").get("api_version").get("version").asString())
        .isEqualTo(path.startsWith("/v2") ? "2" : "1");
    assertThat(warnings(answer)).isEmpty();
  }

  @Test
  void coheresFirstVersionSendsObjectsWithFieldsToRankBy() throws Exception {
    JsonNode answer =
        rerank(
            "/v1/rerank",
            """
            {"model": "rerank-english-v3.0", "query": "42", "top_n": 2, "return_documents": true,
             "rank_fields": ["title", "genres", "year"], "max_chunks_per_doc": 10,
             "documents": [
               {"title": "Dune", "genres": ["Drama", "War"], "year": 2021, "shelf": {"row": 4}},
               {"title": "Heat", "genres": null, "year": 1995},
               {"genres": "Comedy"}]}
            """);
    assertThat(answer.get("results")).hasSize(2);
    JsonNode document = answer.get("results").get(0).get("document");
    assertThat(document.has("genres")).as("as it came: %s", document).isTrue();
    assertThat(warnings(answer))
        .containsExactly(
            "Passed over, as they mean nothing here: max_chunks_per_doc.",
            "documents[0]: each has fields that were not read; rank_fields names those to read.");
  }

  @Test
  void coheresSecondVersionCutsLongDocumentsAndSaysSo() throws Exception {
    String text = "word ".repeat(300);
    JsonNode answer =
        rerank(
            "/v2/rerank",
            "{\"model\":\"rerank-v3.5\",\"query\":\"42\",\"max_tokens_per_doc\":64,\"documents\":[\"50\","
                + (quoted(text) + "]}"));
    assertThat(answer.get("results")).hasSize(2);
    assertThat(warnings(answer))
        .containsExactly(
            "documents[1]: each was cut to its first 64 tokens and 200 characters.",
            "documents[1]: each is longer than the model reads: 40 tokens of a text, 3 further texts.");
    assertThat(
            warnings(
                rerank("/v2/rerank", "{\"query\":\"42\",\"documents\":[" + quoted(text) + "]}")))
        .as("without an option too")
        .anyMatch(
            warning -> warning.startsWith("documents[0]: each was cut to its first 200 char"));
    assertThat(
            warnings(
                rerank(
                    "/v2/rerank",
                    "{\"query\":\"42\",\"max_tokens_per_doc\":64,\"documents\":[\"Short\"]}")))
        .isEmpty();
  }

  @Test
  void vllmsTruncationAndJinasOptionsArePassedOverAndNamed() throws Exception {
    JsonNode answer =
        rerank(
            "/rerank",
            """
            {"model": "BAAI/bge-reranker-v2-m3", "query": "42", "documents": ["A film"], "top_n": 0,
             "truncate_prompt_tokens": -1, "priority": 0, "additional_data": null,
             "truncation": true, "return_embeddings": false, "user": "me", "encoding_format": "float"}
            """);
    assertThat(answer.get("results")).as("top_n 0 is all").hasSize(1);
    assertThat(warnings(answer))
        .containsExactly(
            "Passed over, as they mean nothing here: truncate_prompt_tokens, priority,"
                + " additional_data, truncation, return_embeddings, user, encoding_format.");
  }

  @Test
  void liteLlmSendsTextsInObjectsAndReadsThemBack() throws Exception {
    JsonNode answer =
        rerank(
            "/v1/rerank",
            """
            {"model": "m", "query": "42", "return_documents": true, "rank_fields": null,
             "max_tokens_per_doc": null, "top_n": null,
             "documents": [{"text": "A film", "id": 7}, {"text": "50"}, "A film", "50"]}
            """);
    List<Integer> places = new ArrayList<>();
    answer.get("results").forEach(result -> places.add(result.get("index").asInt()));
    assertThat(places).containsExactlyInAnyOrder(0, 1, 2, 3);
    for (JsonNode result : answer.get("results")) {
      int index = result.get("index").asInt();
      assertThat(result.get("document").get("text").asString())
          .isEqualTo(index % 2 == 0 ? "A film" : "50");
      assertThat(result.get("relevance_score").asDouble())
          .as("the same text, the same score")
          .isEqualTo(scoreOf(answer, (index + 2) % 4));
      assertThat(result.get("document").has("id")).isEqualTo(index == 0);
    }
    assertThat(warnings(answer)).singleElement().asString().startsWith("documents[0]: each has f");
  }

  private static double scoreOf(JsonNode answer, int index) {
    for (JsonNode result : answer.get("results")) {
      if (result.get("index").asInt() == index) {
        return result.get("relevance_score").asDouble();
      }
    }
    throw new AssertionError(index);
  }

  @Test
  void whatCannotBeReadIsRefusedByName() throws Exception {
    assertRefused("{\"documents\":[\"a\"]}", "query");
    assertRefused("{\"query\":\"42\",\"texts\":[\"a\"]}", "documents");
    assertRefused("{\"query\":\"42\",\"documents\":[]}", "documents");
    assertRefused("{\"query\":\"42\",\"documents\":[\"a\",7]}", "documents[1]");
    assertRefused("{\"query\":\"42\",\"documents\":[\" \"]}", "documents[0]");
    assertRefused("{\"query\":\"42\",\"documents\":[{\"title\":\"a\"}]}", "documents[0].text");
    assertRefused("{\"query\":\"42\",\"documents\":[{\"text\":\"\"}]}", "documents[0].text");
    assertRefused(
        "{\"query\":\"42\",\"rank_fields\":[\"a\"],\"documents\":[{\"a\":{\"b\":1}}]}",
        "documents[0].a");
    assertRefused("{\"query\":\"42\",\"rank_fields\":[],\"documents\":[\"a\"]}", "rank_fields");
    assertRefused("{\"query\":\"42\",\"rank_fields\":[7],\"documents\":[\"a\"]}", "rank_fields[0]");
    assertRefused("{\"query\":\"42\",\"top_n\":-1,\"documents\":[\"a\"]}", "top_n");
    assertRefused(
        "{\"query\":\"42\",\"max_tokens_per_doc\":0,\"documents\":[\"a\"]}", "max_tokens_per_doc");
    ArrayNode many = Json.mapper().createArrayNode();
    IntStream.range(0, 51).forEach(i -> many.add("d" + i));
    assertRefused("{\"query\":\"42\",\"documents\":" + many + "}", "documents");
  }

  private void assertRefused(String body, String field) throws Exception {
    TestService.Reply reply = service.post("/v2/rerank", body);
    assertThat(reply.status()).as(body).isEqualTo(422);
    assertThat(reply.json().get("field").asString()).as(body).isEqualTo(field);
  }

  @Test
  void manyLongDocumentsAreCountedNotListed() throws Exception {
    ObjectNode body = Json.mapper().createObjectNode().put("query", "42");
    ArrayNode documents = body.putArray("documents");
    IntStream.range(0, 30).forEach(i -> documents.add(i + "x".repeat(300)));
    assertThat(warnings(rerank("/v2/rerank", body.toString())).getFirst())
        .contains("18, 19] and 10 more: each was cut");
  }
}

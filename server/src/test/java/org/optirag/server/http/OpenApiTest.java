package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The API's description is true: of the specification's form, of the routes, of the answers. */
class OpenApiTest {
  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  private final TestService service = TestService.open();

  @AfterEach
  void close() {
    service.close();
  }

  /** The document in the jar. */
  static JsonNode document() {
    return resource("/org/optirag/server/openapi.json");
  }

  private static JsonNode resource(String name) {
    try (InputStream in = OpenApiTest.class.getResourceAsStream(name)) {
      return Json.mapper().readTree(Objects.requireNonNull(in, name).readAllBytes());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A component of the document as a schema of its own. */
  static Schema component(String name) {
    ObjectNode schema = Json.mapper().createObjectNode();
    schema.put("$ref", "#/components/schemas/" + name);
    schema.set("components", document().get("components"));
    return SCHEMAS.getSchema(schema);
  }

  @Test
  void theDocumentHasTheSpecificationsForm() {
    Schema specification = SCHEMAS.getSchema(resource("/openapi/oas-3.1-schema.json"));
    assertThat(specification.validate(document())).isEmpty();
    assertThat(specification.validate(Json.mapper().createObjectNode()))
        .as("the check can fail")
        .isNotEmpty();
  }

  @Test
  void itSpeaksOfEveryRouteAndOfNoOther() {
    Map<String, String> described = new TreeMap<>();
    for (Map.Entry<String, JsonNode> path : document().get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        String scope = operation.getValue().path("x-scope").asString("none");
        described.put(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(), scope);
      }
    }
    Map<String, String> served = new TreeMap<>();
    for (Route route : service.server().routes()) {
      served.put(
          route.method() + " " + route.path(), route.scope().name().toLowerCase(Locale.ROOT));
    }
    List.of("/", "/app.js", "/app.css", "/charts.js").forEach(page -> served.remove("GET " + page));
    assertThat(described).isEqualTo(served);
  }

  @Test
  void operationsHaveNamesOfTheirOwn() {
    List<String> names =
        StreamSupport.stream(document().get("paths").spliterator(), false)
            .flatMap(path -> StreamSupport.stream(path.spliterator(), false))
            .map(operation -> operation.get("operationId").asString())
            .toList();
    assertThat(new TreeSet<>(names)).hasSameSizeAs(names);
  }

  @Test
  void answersAreAsItSays() throws Exception {
    String rank = "{\"user\":\"42\",\"candidates\":[\"50\",\"1\"],\"explain\":true}";
    assertFits("RankResponse", service.post("/v1/rank", rank));
    assertFits("RankResponse", service.post("/v1/rank", rank.replace("true", "false")));
    assertFits(
        "RerankResponse",
        service.post(
            "/v1/rerank",
            "{\"query\":\"42\",\"documents\":[\"50\",\"x\"],\"return_documents\":true}"));
    assertFits(
        "Receipt", service.post("/v1/feedback", "{\"type\":\"user\",\"id\":\"e\",\"user\":\"u\"}"));
    assertFits("Item", service.get("/v1/items/50"));
    assertFits("User", service.get("/v1/users/42"));
    assertFits("Items", service.get("/v1/items?prefix=star"));
    assertFits("Users", service.get("/v1/users"));
    assertFits("Model", service.get("/v1/model"));
    assertFits("Status", service.get("/v1/status"));
    assertFits("Health", service.get("/health/ready"));
    assertFits("Loaded", service.call("PUT", "/v1/bundles/b", "{\"directory\":\"bundles/b\"}"));
    assertFits(
        "Assignment",
        service.call(
            "PUT",
            "/v1/assignment",
            "{\"primary\":\"first\",\"shares\":{\"b\":10},\"shadows\":[\"b\"]}"));
    assertFits("Snapshot", service.post("/v1/snapshot", "{\"name\":\"monday\"}"));
    assertFits("Assignment", service.post("/v1/assignment/promote", "{\"bundle\":\"b\"}"));
    assertFits("Assignment", service.post("/v1/assignment/rollback", "{}"));
  }

  @Test
  void problemsAreAsItSays() throws Exception {
    for (TestService.Reply reply :
        List.of(
            service.post("/v1/rank", "{}"),
            service.post("/v1/rank", "{"),
            service.get("/v1/items/nothing"),
            service.get("/nothing"))) {
      assertThat(reply.status()).isGreaterThanOrEqualTo(400);
      assertThat(component("Problem").validate(reply.json())).isEmpty();
    }
  }

  private static void assertFits(String schema, TestService.Reply reply) {
    assertThat(reply.status()).as(reply.json().toString()).isEqualTo(200);
    assertThat(component(schema).validate(reply.json())).as(reply.json().toString()).isEmpty();
  }
}

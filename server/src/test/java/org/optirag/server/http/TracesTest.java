package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.http.HttpRequest;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class TracesTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
  private static final String CALLER = "00f067aa0ba902b7";

  private final InMemorySpanExporter spans = InMemorySpanExporter.create();
  private final OpenTelemetry telemetry =
      OpenTelemetrySdk.builder()
          .setTracerProvider(
              SdkTracerProvider.builder()
                  .addSpanProcessor(SimpleSpanProcessor.create(spans))
                  .build())
          .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
          .build();

  private void await() throws InterruptedException {
    // The span of a request ends after its answer has been sent.
    while (spans.getFinishedSpanItems().stream().noneMatch(s -> s.getName().contains(" "))) {
      Thread.sleep(5);
    }
  }

  private SpanData span(String name) {
    return spans.getFinishedSpanItems().stream()
        .filter(span -> span.getName().equals(name))
        .findAny()
        .orElseThrow();
  }

  @Test
  void aRankingRequestIsASpanOfItsCallersTraceWithItsStagesWithin() throws Exception {
    try (TestService service = new TestService(telemetry)) {
      var reply =
          service.send(
              service
                  .request("/v1/rank")
                  .header("Content-Type", "application/json")
                  .header("traceparent", "00-" + TRACE + "-" + CALLER + "-01")
                  .POST(
                      HttpRequest.BodyPublishers.ofString(
                          "{\"user\":\"someone\",\"candidates\":[\"50\",\"7\"]}")));
      assertThat(reply.status()).isEqualTo(200);
      await();
      assertThat(spans.getFinishedSpanItems())
          .extracting(SpanData::getName)
          .containsExactlyInAnyOrder("POST /v1/rank", "prepare", "queue", "score");
      SpanData request = span("POST /v1/rank");
      assertThat(request.getTraceId()).isEqualTo(TRACE);
      assertThat(request.getParentSpanId()).isEqualTo(CALLER);
      long end = request.getStartEpochNanos();
      for (String stage : List.of("prepare", "queue", "score")) {
        SpanData span = span(stage);
        assertThat(span.getParentSpanId()).as(stage).isEqualTo(request.getSpanId());
        assertThat(span.getEndEpochNanos())
            .as(stage)
            .isBetween(span.getStartEpochNanos(), request.getEndEpochNanos());
        if (!stage.equals("prepare")) {
          assertThat(span.getStartEpochNanos()).as(stage).isEqualTo(end);
        }
        end = span.getEndEpochNanos();
      }
      assertThat(span("score").getAttributes().get(AttributeKey.longKey("optirag.candidates")))
          .isEqualTo(2);
      assertThat(spans.getFinishedSpanItems().toString()).doesNotContain("someone");
      assertThat(service.log()).anyMatch(line -> line.contains(TRACE));
    }
  }

  @Test
  void pathsWithIdsStayOutAndOnlyOurFaultsAreErrors() throws Exception {
    try (TestService service = new TestService(telemetry)) {
      assertThat(service.get("/v1/users/nobody-knows-me").status()).isEqualTo(404);
      await();
      SpanData request = span("GET /v1/users/{id}");
      assertThat(request.getAttributes().get(AttributeKey.longKey("http.response.status_code")))
          .isEqualTo(404);
      assertThat(request.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
      assertThat(request.toString()).doesNotContain("nobody-knows-me");
      assertThat(request.getParentSpanContext().isValid()).isFalse();
    }
  }
}

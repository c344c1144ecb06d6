package org.optirag.cli;

import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.util.List;
import java.util.Map;
import org.optirag.workspace.UserException;

/** OpenTelemetry, as its own environment variables configure it. */
final class Telemetry {
  /** Any of these asks for traces. */
  private static final List<String> ASKED =
      List.of(
          "OTEL_EXPORTER_OTLP_ENDPOINT",
          "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
          "OTEL_TRACES_EXPORTER",
          "OTEL_CONFIG_FILE");

  /** The JDK's client speaks HTTP; metrics are for Prometheus to fetch, logs are lines. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.service.name", "optirag",
          "otel.exporter.otlp.protocol", "http/protobuf",
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none");

  private Telemetry() {}

  /**
   * What the environment asks for; nothing is loaded and nothing sent if it does not ask.
   *
   * @throws UserException if a variable cannot be understood
   */
  static OpenTelemetry configured(Map<String, String> environment) {
    if (ASKED.stream().noneMatch(name -> !environment.getOrDefault(name, "").isBlank())) {
      return OpenTelemetry.noop();
    }
    try {
      return AutoConfiguredOpenTelemetrySdk.builder()
          .addPropertiesSupplier(() -> DEFAULTS)
          .build()
          .getOpenTelemetrySdk();
    } catch (ConfigurationException e) {
      throw new UserException(
          "OpenTelemetry cannot be configured: " + e.getMessage(),
          "Correct the OTEL_ variables in the environment, or unset them.",
          e);
    }
  }
}

package org.optirag.server.http;

import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How the service is reached.
 *
 * @param host to bind; loopback unless there are tokens
 * @param port to bind; 0 for any that is free
 * @param tls certificate and key, or null for plain HTTP
 * @param tokens who may do what
 * @param limits of requests
 * @param deadline of ranking requests that bring none
 * @param likedFrom the rating from which on an interaction without a label is a like
 * @param drainDelay between "not ready" and the end of listening, so that load balancers notice
 * @param accessLog takes a line a request
 * @param telemetry takes spans; {@link OpenTelemetry#noop()} for nowhere
 */
public record ServiceSettings(
    String host,
    int port,
    @Nullable TlsFiles tls,
    AccessTokens tokens,
    Limits limits,
    Duration deadline,
    double likedFrom,
    Duration drainDelay,
    Consumer<String> accessLog,
    OpenTelemetry telemetry) {}

package org.optirag.server.http;

import io.javalin.Javalin;
import io.javalin.util.JavalinBindException;
import java.time.Duration;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.optirag.workspace.UserException;

/** How the server listens: timeouts, sizes, TLS. */
final class Connectors {
  /** Of silence, within a request and between two. */
  private static final Duration IDLE = Duration.ofSeconds(15);

  private static final int HEADER_BYTES = 8192;

  /**
   * An id may have any printable character, percent-encoded. This is safe here, as routes are
   * matched and guarded by the path as it was sent, its segments are decoded once and after that,
   * and none of them names a file.
   */
  private static final UriCompliance ANY_ID =
      UriCompliance.DEFAULT.with(
          "ANY_ID",
          Violation.AMBIGUOUS_PATH_SEGMENT,
          Violation.AMBIGUOUS_PATH_SEPARATOR,
          Violation.AMBIGUOUS_PATH_PARAMETER,
          Violation.AMBIGUOUS_PATH_ENCODING,
          Violation.SUSPICIOUS_PATH_CHARACTERS);

  private Connectors() {}

  static Connector connector(Server server, HttpConfiguration http, ServiceSettings settings) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(HEADER_BYTES);
    http.setUriCompliance(ANY_ID);
    ServerConnector connector;
    int most = settings.limits().connections();
    TlsFiles tls = settings.tls();
    if (tls == null) {
      connector = new CrowdedConnector(server, most, new HttpConnectionFactory(http));
    } else {
      SslContextFactory.Server ssl = new SslContextFactory.Server();
      ssl.setKeyStore(tls.load());
      ssl.setKeyStorePassword(tls.password());
      http.addCustomizer(new SecureRequestCustomizer(false));
      connector =
          new CrowdedConnector(
              server,
              most,
              new SslConnectionFactory(ssl, "http/1.1"),
              new HttpConnectionFactory(http));
    }
    connector.setHost(settings.host());
    connector.setPort(settings.port());
    connector.setIdleTimeout(IDLE.toMillis());
    // By itself the system lets 50 wait to be accepted and turns a crowd's other connections away.
    connector.setAcceptQueueSize(settings.limits().connections());
    connector.addBean(new SlowHeaders(connector, settings.limits().headers()));
    return connector;
  }

  static void start(Javalin javalin, ServiceSettings settings) {
    try {
      javalin.start();
    } catch (JavalinBindException e) {
      throw new UserException(
          "Cannot listen on %s:%d.".formatted(settings.host(), settings.port()),
          "Choose another port, or end what listens there.",
          e);
    }
  }
}

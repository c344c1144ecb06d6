package org.optirag.server.http;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.jspecify.annotations.Nullable;

/**
 * Accepts whoever comes, and where there are too many connections closes one on which nothing is
 * asked: of the address that has most of them the one that has been silent longest. So a crowd of
 * silent connections keeps nobody out, health included. Where all are busy, the newest goes.
 */
final class CrowdedConnector extends ServerConnector {
  private final int most;

  /**
   * @param most connections open at once
   */
  CrowdedConnector(Server server, int most, ConnectionFactory... factories) {
    super(server, factories);
    this.most = most;
  }

  @Override
  protected void onEndPointOpened(EndPoint opened) {
    super.onEndPointOpened(opened);
    if (getConnectedEndPoints().size() > most) {
      victim(opened).close();
    }
  }

  private EndPoint victim(EndPoint opened) {
    Map<Object, List<EndPoint>> silent = new HashMap<>();
    for (EndPoint each : getConnectedEndPoints()) {
      if (!each.equals(opened) && isSilent(each.getConnection())) {
        silent
            .computeIfAbsent(address(each.getRemoteSocketAddress()), key -> new ArrayList<>())
            .add(each);
      }
    }
    return silent.values().stream()
        .max(Comparator.comparingInt(List::size))
        .flatMap(crowd -> crowd.stream().max(Comparator.comparingLong(CrowdedConnector::idle)))
        .orElse(opened);
  }

  private static Object address(@Nullable SocketAddress from) {
    return from instanceof InetSocketAddress internet ? internet.getAddress() : "elsewhere";
  }

  private static long idle(EndPoint endPoint) {
    return endPoint instanceof IdleTimeout idle ? idle.getIdleFor() : 0;
  }

  /** Whether no request is under way: none has begun, or its headers are not there yet. */
  private static boolean isSilent(@Nullable Connection connection) {
    return switch (connection) {
      case SslConnection tls -> isSilent(tls.getSslEndPoint().getConnection());
      case HttpConnection http ->
          http.getParser().getState().ordinal() < HttpParser.State.CONTENT.ordinal();
      case null, default -> false;
    };
  }
}

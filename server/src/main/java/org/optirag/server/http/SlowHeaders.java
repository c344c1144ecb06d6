package org.optirag.server.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpParser;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ssl.SslConnection;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * Closes connections on which a request's line and headers take too long. The connector's idle
 * timeout is not enough: a byte every few seconds would hold a connection for hours.
 */
final class SlowHeaders extends AbstractLifeCycle {
  private final Connector connector;
  private final Duration most;
  private volatile Scheduler.@Nullable Task next;

  /**
   * @param most from a request's first byte to the end of its headers
   */
  SlowHeaders(Connector connector, Duration most) {
    this.connector = connector;
    this.most = most;
  }

  @Override
  protected void doStart() {
    schedule();
  }

  @Override
  protected void doStop() {
    Scheduler.Task task = next;
    if (task != null) {
      task.cancel();
    }
  }

  private void schedule() {
    next = connector.getScheduler().schedule(this::look, most.toNanos() / 4, TimeUnit.NANOSECONDS);
  }

  private void look() {
    long now = System.nanoTime();
    for (EndPoint endPoint : connector.getConnectedEndPoints()) {
      if (isSlow(endPoint.getConnection(), now)) {
        endPoint.close();
      }
    }
    if (isRunning()) {
      schedule();
    }
  }

  private boolean isSlow(@Nullable Connection connection, long now) {
    return switch (connection) {
      case SslConnection tls -> isSlow(tls.getSslEndPoint().getConnection(), now);
      case HttpConnection http -> isSlow(http.getParser(), now);
      case null, default -> false;
    };
  }

  private boolean isSlow(HttpParser parser, long now) {
    return !parser.isStart()
        && parser.getState().ordinal() < HttpParser.State.CONTENT.ordinal()
        && now - parser.getBeginNanoTime() > most.toNanos();
  }
}

package org.optirag.server.http;

import io.javalin.http.Context;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.SocketChannelEndPoint;

/**
 * Whether the client of a request has gone. Jetty does not look while a request is worked on, so
 * this does: a read that finds the end says so. Use it after the body was read to its end.
 */
final class ClientProbe {
  private ClientProbe() {}

  static BooleanSupplier of(Context ctx) {
    ServletContextRequest request = ServletContextRequest.getServletContextRequest(ctx.req());
    Connection connection =
        request == null ? null : request.getConnectionMetaData().getConnection();
    if (connection == null) {
      return () -> false;
    }
    EndPoint endPoint = connection.getEndPoint();
    // Under TLS a read would take bytes from between the records: there only a reset is seen.
    return endPoint instanceof SocketChannelEndPoint socket
        ? new Plain(ctx, socket)
        : () -> !endPoint.isOpen();
  }

  private static final class Plain implements BooleanSupplier {
    private final Context ctx;
    private final SocketChannelEndPoint endPoint;
    private boolean pipelined;

    Plain(Context ctx, SocketChannelEndPoint endPoint) {
      this.ctx = ctx;
      this.endPoint = endPoint;
    }

    @Override
    public boolean getAsBoolean() {
      if (!endPoint.isOpen()) {
        return true;
      }
      if (pipelined) {
        return false;
      }
      try {
        int read = endPoint.getChannel().read(ByteBuffer.allocate(1));
        if (read > 0) {
          // A client that pipelines sends again what a closed connection left unanswered.
          pipelined = true;
          ctx.header("Connection", "close");
        }
        return read < 0;
      } catch (IOException e) {
        return true;
      }
    }
  }
}

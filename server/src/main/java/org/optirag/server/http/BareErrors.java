package org.optirag.server.http;

import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;

/** What Jetty says of requests that are not HTTP, in the form of all other problems. */
final class BareErrors extends ErrorHandler {
  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    int status = Math.max(400, response.getStatus());
    String detail = HttpStatus.getMessage(status) + ".";
    if (status == 400) {
      detail += " A path is percent-encoded UTF-8: \"a/b\" is a%2Fb.";
    }
    ProblemException problem = new ProblemException(status, "Bad request", detail, null);
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problems.MEDIA_TYPE);
    response.write(true, ByteBuffer.wrap(bytes(problem)), callback);
    return true;
  }

  private static byte[] bytes(ProblemException problem) {
    return Json.mapper().writeValueAsBytes(Problems.body(problem));
  }
}

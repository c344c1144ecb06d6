package org.optirag.workspace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A server that answers request after request with the bytes it was told to, true or not. */
final class ScriptedServer implements AutoCloseable {

  /** Writes one answer; the connection is closed afterwards. */
  @FunctionalInterface
  interface Answer {
    void writeTo(OutputStream out) throws IOException, InterruptedException;
  }

  private final ServerSocket socket = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final Thread thread = Thread.ofVirtual().start(this::serve);

  ScriptedServer() throws IOException {}

  /** Adds an answer; the last one is given again and again. */
  synchronized ScriptedServer answer(Answer answer) {
    answers.add(answer);
    return this;
  }

  /** Adds an answer of a head and a body, which need not fit each other. */
  ScriptedServer answer(String status, String headers, String body) {
    String text = "HTTP/1.1 " + status + "\r\n" + headers + "\r\n" + body;
    return answer(out -> out.write(text.getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** The requests so far, with their headers in lower case. */
  List<String> requests() {
    return requests;
  }

  URI address() {
    return URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/file.bin");
  }

  private void serve() {
    while (!socket.isClosed()) {
      try (Socket client = socket.accept()) {
        BufferedReader in =
            new BufferedReader(
                new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
        StringBuilder request = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
          request.append(line.toLowerCase(java.util.Locale.ROOT)).append('\n');
        }
        requests.add(request.toString());
        next().writeTo(client.getOutputStream());
        client.getOutputStream().flush();
      } catch (IOException e) {
        // The client went away, or the server was closed.
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private synchronized Answer next() {
    return answers.size() > 1 ? answers.remove() : answers.element();
  }

  @Override
  public void close() throws IOException {
    thread.interrupt();
    socket.close();
  }
}

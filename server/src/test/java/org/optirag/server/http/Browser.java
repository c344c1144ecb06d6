package org.optirag.server.http;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A headless Chromium with one page, driven over its DevTools protocol. */
final class Browser implements AutoCloseable {
  private static final int SECONDS = 60;

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final WebSocket page;
  private final AtomicInteger numbers = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonNode>> answers = new ConcurrentHashMap<>();

  /** The program, if it is on the PATH. */
  static Optional<Path> program() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(Pattern.quote(System.getProperty("path.separator"))))
        .flatMap(folder -> Stream.of("chromium", "google-chrome").map(Path.of(folder)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path program, Path scratch) throws Exception {
    Path profile = Files.createDirectories(scratch.resolve("driven"));
    process =
        new ProcessBuilder(
                List.of(
                    program.toString(),
                    "--headless",
                    "--no-sandbox",
                    "--disable-gpu",
                    "--disable-dev-shm-usage",
                    "--remote-debugging-port=0",
                    "--user-data-dir=" + profile,
                    "about:blank"))
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    try {
      page =
          client
              .newWebSocketBuilder()
              .buildAsync(address(profile), new Listener())
              .get(SECONDS, TimeUnit.SECONDS);
    } catch (Exception e) {
      close(process);
      throw e;
    }
  }

  private URI address(Path profile) throws Exception {
    Path file = profile.resolve("DevToolsActivePort");
    for (int i = 0; i < SECONDS * 20 && (!Files.exists(file) || Files.size(file) == 0); i++) {
      Thread.sleep(50);
    }
    String port = Files.readAllLines(file).getFirst();
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/json/new?about:blank"))
            .PUT(HttpRequest.BodyPublishers.noBody())
            .build();
    String body = client.send(request, HttpResponse.BodyHandlers.ofString()).body();
    return URI.create(Json.mapper().readTree(body).get("webSocketDebuggerUrl").asString());
  }

  /** Gathers answers, which may come in parts. */
  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
      text.append(part);
      if (last) {
        JsonNode message = Json.mapper().readTree(text.toString());
        text.setLength(0);
        CompletableFuture<JsonNode> answer = answers.remove(message.path("id").asInt(-1));
        if (answer != null) {
          answer.complete(message);
        }
      }
      socket.request(1);
      return CompletableFuture.completedFuture(null);
    }
  }

  private JsonNode call(String method, ObjectNode parameters) throws Exception {
    int number = numbers.incrementAndGet();
    CompletableFuture<JsonNode> answer = new CompletableFuture<>();
    answers.put(number, answer);
    ObjectNode message = Json.mapper().createObjectNode().put("id", number).put("method", method);
    message.set("params", parameters);
    page.sendText(message.toString(), true).get(SECONDS, TimeUnit.SECONDS);
    JsonNode said = answer.get(SECONDS, TimeUnit.SECONDS);
    if (said.has("error")) {
      throw new IOException(method + ": " + said.get("error"));
    }
    return said.get("result");
  }

  private static ObjectNode object() {
    return Json.mapper().createObjectNode();
  }

  /** Opens an address in a window of a size. */
  void open(String url, int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        object()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
    call("Page.navigate", object().put("url", url));
  }

  /** What an expression of JavaScript is, as text. */
  String is(String expression) throws Exception {
    JsonNode result =
        call(
            "Runtime.evaluate",
            object().put("expression", "String(" + expression + ")").put("returnByValue", true));
    return result.at("/result/value").asString("");
  }

  /** Waits until an expression is true. */
  void await(String expression) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!is(expression).equals("true")) {
      if (System.nanoTime() > end) {
        throw new AssertionError(
            expression + " does not come true: " + is("document.body.innerText"));
      }
      Thread.sleep(20);
    }
  }

  /** Presses a key. */
  void press(String key, int code, String text) throws Exception {
    ObjectNode down =
        object()
            .put("type", text.isEmpty() ? "rawKeyDown" : "keyDown")
            .put("key", key)
            .put("code", key)
            .put("windowsVirtualKeyCode", code);
    if (!text.isEmpty()) {
      down.put("text", text);
    }
    call("Input.dispatchKeyEvent", down);
    call(
        "Input.dispatchKeyEvent",
        object()
            .put("type", "keyUp")
            .put("key", key)
            .put("code", key)
            .put("windowsVirtualKeyCode", code));
  }

  void tab() throws Exception {
    press("Tab", 9, "");
  }

  void enter() throws Exception {
    press("Enter", 13, "\r");
  }

  private static void close(Process process) throws InterruptedException {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    page.abort();
    client.close();
    close(process);
  }
}

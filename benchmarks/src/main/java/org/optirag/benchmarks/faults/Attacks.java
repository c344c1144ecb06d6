package org.optirag.benchmarks.faults;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.benchmarks.ServiceProcess;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.DirectoryTree;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What strangers, disks and systems do to a service. */
final class Attacks implements AutoCloseable {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final int REQUESTS = 40;
  private static final int SOCKETS = 100;
  private static final int CROWD = 200;

  private final ServiceProcess service;
  private final Ledger ledger;
  private final SplittableRandom random;
  private final Mutation mutation;
  private final Path bundle;
  private final Path work;
  private final List<Attack> all;
  private final HttpClient client = HttpClient.newHttpClient();

  /**
   * Sets them up.
   *
   * @param bundle one that can be served, to be tampered with in copies
   * @param work takes the copies
   * @param disk a small one with the service's events, or null where none could be mounted
   */
  Attacks(
      ServiceProcess service,
      Ledger ledger,
      SplittableRandom random,
      Path bundle,
      Path work,
      @Nullable Path disk) {
    this.service = service;
    this.ledger = ledger;
    this.random = random;
    this.mutation = new Mutation(random);
    this.bundle = bundle;
    this.work = work;
    this.all = all(disk);
  }

  /** Something that is done to the service. */
  private record Attack(String name, Doing doing) {}

  /** What may fail as connections and processes do. */
  private interface Doing {
    void run() throws IOException, InterruptedException;
  }

  private List<Attack> all(@Nullable Path disk) {
    List<Attack> all = new ArrayList<>();
    all.add(new Attack("requests with something wrong", this::oddRequests));
    all.add(new Attack("bytes that are no requests, half-open connections", this::brokenBytes));
    all.add(new Attack("a bundle that was tampered with", this::hostileBundle));
    all.add(new Attack("a crowd", this::crowd));
    all.add(new Attack("a process that stands still", this::standStill));
    if (disk != null) {
      all.add(new Attack("a full disk", () -> fullDisk(disk)));
    }
    return all;
  }

  /** Does one of them, and gives its name. */
  String next() throws IOException, InterruptedException {
    Attack attack = all.get(random.nextInt(all.size()));
    attack.doing.run();
    return attack.name;
  }

  /** Every path of the service's own description, with bodies that have something wrong. */
  private void oddRequests() throws InterruptedException {
    JsonNode paths;
    try {
      paths = JSON.readTree(service.get("/openapi.json").body()).path("paths");
    } catch (IOException e) {
      ledger.unanswered("openapi");
      return;
    }
    List<Map.Entry<String, JsonNode>> described = new ArrayList<>(paths.properties());
    for (int i = 0; i < REQUESTS; i++) {
      Map.Entry<String, JsonNode> path = described.get(random.nextInt(described.size()));
      List<String> methods = List.copyOf(((ObjectNode) path.getValue()).propertyNames());
      String method = methods.get(random.nextInt(methods.size()));
      String body = random.nextInt(3) == 0 ? event() : rank();
      byte[] sent = mutation.json(body.getBytes(StandardCharsets.UTF_8));
      send(method.toUpperCase(Locale.ROOT), filled(path.getKey()), sent);
    }
  }

  private String filled(String path) {
    List<String> names = List.of("1", "50", "nobody", "%2F..%2F", "%00", "a%20b", "x".repeat(3000));
    return path.replaceAll("\\{[^}]+}", names.get(random.nextInt(names.size())));
  }

  private String rank() {
    return Traffic.rankBody(random, 1 + random.nextInt(5));
  }

  /** Of a user and an item whose last word nobody counts. */
  private String event() {
    return Traffic.event(random, "odd-" + random.nextLong());
  }

  private void send(String method, String path, byte[] body) throws InterruptedException {
    if (method.equals("DELETE") || path.matches("/v1/(assignment|snapshot).*")) {
      return; // an operator's right: what it does is meant
    }
    HttpRequest.BodyPublisher publisher =
        method.equals("GET") || method.equals("HEAD")
            ? HttpRequest.BodyPublishers.noBody()
            : HttpRequest.BodyPublishers.ofByteArray(body);
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(service.base() + path))
              .timeout(PATIENCE)
              .header("Content-Type", "application/json")
              .method(method, publisher)
              .build();
      HttpResponse<String> response =
          client.send(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
      ledger.answered(
          "odd",
          response.statusCode(),
          response.body() + " to " + method + " " + path + " " + Mutation.text(body));
    } catch (IOException e) {
      ledger.unanswered("odd");
    }
  }

  private void brokenBytes() throws InterruptedException {
    List<Socket> open = new ArrayList<>();
    try {
      for (int i = 0; i < SOCKETS; i++) {
        Socket socket = new Socket();
        open.add(socket);
        socket.connect(
            new InetSocketAddress(service.base().getHost(), service.base().getPort()), 2000);
        byte[] whole =
            "POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nContent-Length: 400\r\n\r\n{\"user\":"
                .getBytes(StandardCharsets.US_ASCII);
        if (i % 3 > 0) {
          socket.getOutputStream().write(i % 3 == 1 ? mutation.bytes(whole) : whole);
        }
      }
    } catch (IOException e) {
      ledger.unanswered("broken bytes");
    }
    try {
      // Those who ask whether it lives are answered all the same.
      ledger.answered("health", service.get("/health/live").statusCode(), "");
    } catch (IOException e) {
      ledger.broke("health was not answered beside " + SOCKETS + " silent connections");
    }
    for (Socket socket : open) {
      try {
        socket.close();
      } catch (IOException e) {
        ledger.unanswered("broken bytes");
      }
    }
  }

  private void hostileBundle() throws IOException, InterruptedException {
    Path copy = Files.createTempDirectory(work, "hostile-");
    List<Path> files;
    try (Stream<Path> walked = Files.walk(bundle)) {
      files = walked.filter(Files::isRegularFile).map(bundle::relativize).sorted().toList();
    }
    for (Path file : files) {
      Path to = copy.resolve(file.toString());
      Files.createDirectories(to.getParent());
      Files.copy(bundle.resolve(file), to);
    }
    Path chosen = copy.resolve(files.get(random.nextInt(files.size())).toString());
    byte[] before = Files.readAllBytes(chosen);
    byte[] after =
        chosen.toString().endsWith(".safetensors")
            ? mutation.safetensors(before)
            : mutation.json(before);
    Files.write(chosen, after);
    Path manifest = copy.resolve("bundle.json");
    if (!chosen.equals(manifest) && random.nextInt(4) > 0) { // with checksums that fit
      ObjectNode root = (ObjectNode) JSON.readTree(Files.readAllBytes(manifest));
      String name = copy.relativize(chosen).toString();
      if (root.path("files").path(name) instanceof ObjectNode listed) {
        listed.put("bytes", after.length).put("sha256", Checksums.sha256(chosen));
      }
      Files.write(manifest, JSON.writeValueAsBytes(root));
    }
    byte[] body = JSON.writeValueAsBytes(JSON.createObjectNode().put("directory", copy.toString()));
    send("PUT", "/v1/bundles/hostile", body);
    try {
      HttpRequest away =
          HttpRequest.newBuilder(service.base().resolve("/v1/bundles/hostile")).DELETE().build();
      client.send(away, HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      ledger.unanswered("bundle");
    }
    DirectoryTree.remove(copy);
  }

  /** Many times what the LLM can do, all at once. */
  private void crowd() throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < CROWD; i++) {
      String body = Traffic.rankBody(random, 20);
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                try {
                  HttpResponse<String> response = service.post("/v1/rank", body);
                  ledger.answered("crowd", response.statusCode(), response.body());
                } catch (IOException e) {
                  ledger.unanswered("crowd");
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              }));
    }
    for (Thread thread : threads) {
      thread.join();
    }
  }

  /** As under a debugger, on a laptop that was closed, or behind a disk that does not answer. */
  private void standStill() throws IOException, InterruptedException {
    signal("STOP");
    Thread.sleep(500 + random.nextInt(3000));
    signal("CONT");
  }

  private void signal(String name) throws IOException, InterruptedException {
    new ProcessBuilder("kill", "-" + name, Long.toString(service.pid())).start().waitFor();
  }

  private void fullDisk(Path disk) throws IOException, InterruptedException {
    Path ballast = disk.resolve("ballast");
    byte[] block = new byte[1 << 16];
    try (OutputStream out = Files.newOutputStream(ballast)) {
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      Thread.sleep(1000 + random.nextInt(2000)); // it is full now
    }
    Files.delete(ballast);
  }

  @Override
  public void close() {
    client.close();
  }
}

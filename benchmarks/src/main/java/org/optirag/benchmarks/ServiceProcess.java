package org.optirag.benchmarks;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * {@code optirag serve} as a process of its own, with what the system and its metrics say of it.
 */
public final class ServiceProcess implements AutoCloseable {
  /**
   * Those that run: none outlives a benchmark that is interrupted, not even one that stands still.
   */
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final URI base;
  private final double readySeconds;

  /**
   * Starts it and waits until it is ready.
   *
   * @param launcher the command that is optirag
   * @param log takes what it says
   * @param arguments of serve
   */
  public ServiceProcess(List<String> launcher, int port, Path log, List<String> arguments)
      throws IOException, InterruptedException {
    base = URI.create("http://127.0.0.1:" + port);
    long start = System.nanoTime();
    process = start(launcher, port, log, arguments);
    while (!isReady()) {
      if (!process.isAlive()) {
        throw new IOException("optirag serve ended: " + Files.readString(log));
      }
      Thread.sleep(20);
    }
    readySeconds = (System.nanoTime() - start) / 1e9;
  }

  /** Starts it, and does not wait. */
  public static Process start(List<String> launcher, int port, Path log, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(List.of("serve", "--quiet", "--port", Integer.toString(port)));
    command.addAll(List.of("--access-log", "false", "--rate", "0"));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    RUNNING.add(process);
    var unused = process.onExit().thenAccept(RUNNING::remove);
    return process;
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** From its start to the first "ready". */
  public double readySeconds() {
    return readySeconds;
  }

  public HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  public HttpResponse<String> post(String path, String body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  public URI base() {
    return base;
  }

  /** A metric's values, summed over its labels. */
  public double metric(String name) throws IOException, InterruptedException {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  public boolean isAlive() {
    return process.isAlive();
  }

  /** The number of the process. */
  public long pid() {
    return process.pid();
  }

  /**
   * Ends it at once, as the system does where memory is short.
   *
   * @throws InterruptedException while waiting for its end
   */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /**
   * Asks it to end, as a system does that stops services.
   *
   * @return the seconds until it ended, and infinity where it did not within a minute
   * @throws InterruptedException while waiting for its end
   */
  public double terminate() throws InterruptedException {
    long start = System.nanoTime();
    process.destroy();
    return process.waitFor(1, TimeUnit.MINUTES)
        ? (System.nanoTime() - start) / 1e9
        : Double.POSITIVE_INFINITY;
  }

  /** Processor seconds of the whole process, as Linux counts them. */
  double cpuSeconds() throws IOException {
    String[] stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat")).split(" ", -1);
    return (Long.parseLong(stat[13]) + Long.parseLong(stat[14])) / 100.0;
  }

  /** Resident megabytes now. */
  public long residentMegabytes() throws IOException {
    return megabytes("VmRSS");
  }

  /** Resident megabytes: now and at most. */
  String memory() throws IOException {
    return "resident %d MB, at most %d MB".formatted(megabytes("VmRSS"), megabytes("VmHWM"));
  }

  private long megabytes(String name) throws IOException {
    return Files.readString(Path.of("/proc/" + process.pid() + "/status"))
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
        .findAny()
        .orElseThrow();
  }

  @Override
  public void close() {
    process.destroy();
    process
        .onExit()
        .orTimeout(60, TimeUnit.SECONDS)
        .exceptionally(error -> process.destroyForcibly())
        .join();
    client.close();
  }
}

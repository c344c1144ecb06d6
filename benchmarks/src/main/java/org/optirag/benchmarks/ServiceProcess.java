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
import java.util.concurrent.TimeUnit;

/**
 * {@code optirag serve} as a process of its own, with what the system and its metrics say of it.
 */
final class ServiceProcess implements AutoCloseable {
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
  ServiceProcess(List<String> launcher, int port, Path log, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(launcher);
    command.addAll(List.of("serve", "--quiet", "--port", Integer.toString(port)));
    command.addAll(List.of("--access-log", "false", "--rate", "0"));
    command.addAll(arguments);
    base = URI.create("http://127.0.0.1:" + port);
    long start = System.nanoTime();
    process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    while (!isReady()) {
      if (!process.isAlive()) {
        throw new IOException("optirag serve ended: " + Files.readString(log));
      }
      Thread.sleep(20);
    }
    readySeconds = (System.nanoTime() - start) / 1e9;
  }

  private boolean isReady() throws InterruptedException {
    try {
      return get("/health/ready").statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  /** From its start to the first "ready". */
  double readySeconds() {
    return readySeconds;
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path)).build(),
        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  HttpResponse<String> post(String path, String body) throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(base.resolve(path))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
  }

  URI base() {
    return base;
  }

  /** A metric's values, summed over its labels. */
  double metric(String name) throws IOException, InterruptedException {
    return get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** Processor seconds of the whole process, as Linux counts them. */
  double cpuSeconds() throws IOException {
    String[] stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat")).split(" ", -1);
    return (Long.parseLong(stat[13]) + Long.parseLong(stat[14])) / 100.0;
  }

  /** Resident megabytes now. */
  long residentMegabytes() throws IOException {
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

package org.optirag.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The service under load, in a process of its own on the same machine: what it carries, what it
 * does at several times that, what adaptive exits bring, and what it adds to the scoring.
 */
public final class ServingBenchmark {
  private static final long SEED = 20251125;
  private static final int PORT = Integer.getInteger("port", 18_080);

  private final PrintStream out = System.out;
  private final List<String> launcher;
  private final Path directory;
  private final int candidates;
  private final Duration deadline;
  private final List<String> arguments;

  private ServingBenchmark(List<String> launcher, String[] arguments) throws IOException {
    this.launcher = launcher;
    this.directory = Files.createTempDirectory("optirag-serving-");
    this.candidates = Integer.getInteger("candidates", 10);
    this.deadline = Duration.ofMillis(Long.getLong("deadline", 1000));
    this.arguments = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
    this.arguments.addAll(List.of("--data-dir", directory.resolve("data").toString()));
    this.arguments.addAll(List.of("--deadline", Long.toString(deadline.toMillis())));
  }

  /**
   * Arguments: the launcher, what to measure (spike, carry, batch, isolation and soak with their
   * seconds), and arguments of serve.
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    ServingBenchmark benchmark = new ServingBenchmark(List.of(arguments[0]), arguments);
    switch (arguments[1]) {
      case "spike" -> benchmark.spike();
      case "carry" -> benchmark.carry();
      case "batch" -> benchmark.batch();
      case "soak" -> benchmark.soak(Integer.getInteger("seconds", 120));
      case "isolation" -> benchmark.isolation(Integer.getInteger("seconds", 120));
      default ->
          throw new IllegalArgumentException(
              "spike, carry, batch, isolation or soak: " + arguments[1]);
    }
  }

  private ServiceProcess start() throws IOException, InterruptedException {
    ServiceProcess service =
        new ServiceProcess(launcher, PORT, directory.resolve("service.log"), arguments);
    out.printf("ready after %.1f s, %s%n", service.readySeconds(), service.memory());
    return service;
  }

  private LoadGenerator generator(ServiceProcess service, String extra)
      throws IOException, InterruptedException {
    LoadGenerator load = LoadGenerator.of(service, candidates, extra, SEED);
    out.printf(
        "%d users, %d items, %d candidates a request%n",
        load.users().size(), load.items().size(), candidates);
    return load;
  }

  /** What it can: with a queue that is never empty and requests that insist on a policy. */
  private double capacity(ServiceProcess service, String policy)
      throws IOException, InterruptedException {
    try (LoadGenerator load = generator(service, ",\"policy\":\"" + policy + "\"")) {
      load.closed(3, 5, Duration.ofSeconds(30));
      double cpu = service.cpuSeconds();
      double scoring = service.metric("optirag_cpu_seconds_total");
      LoadGenerator.Phase phase = load.closed(3, 20, Duration.ofSeconds(30));
      double all = service.cpuSeconds() - cpu;
      double scored = service.metric("optirag_cpu_seconds_total") - scoring;
      out.printf(
          "capacity at %s: %.2f requests/s; of %.1f processor seconds %.1f scored, %.1f %% came on"
              + " top%n",
          policy, phase.goodput(), all, scored, 100 * (all - scored) / scored);
      return phase.goodput();
    }
  }

  /** Steady at 70 %, five times capacity, and back. */
  private void spike() throws IOException, InterruptedException {
    try (ServiceProcess service = start()) {
      double capacity = capacity(service, top());
      try (LoadGenerator load = generator(service, "")) {
        LoadGenerator.Phase steady = print("steady, 70 %", load.open(0.7 * capacity, 30, deadline));
        double peak = 0;
        for (double times : new double[] {1, 2, 3}) {
          LoadGenerator.Phase phase =
              print(times + " times", load.open(times * capacity, 15, deadline));
          peak = Math.max(peak, phase.goodput());
        }
        LoadGenerator.Phase spike = print("5 times", load.open(5 * capacity, 20, deadline));
        print("70 %, first 5 s", load.open(0.7 * capacity, 5, deadline));
        LoadGenerator.Phase after = print("70 %, after", load.open(0.7 * capacity, 30, deadline));
        out.printf(
            "goodput in the spike %.2f of the peak; depth %.3f before, %.3f in it, %.3f after; %s%n",
            spike.goodput() / Math.max(peak, spike.goodput()),
            steady.meanDepth(),
            spike.meanDepth(),
            after.meanDepth(),
            service.memory());
      }
    }
  }

  /** Processor time of a candidate by the size of a pass, at the bundle's cheapest policy. */
  private void batch() throws IOException, InterruptedException {
    for (int tokens : new int[] {1, 512, 1024, 2048, 4096}) {
      try (ServiceProcess service =
              new ServiceProcess(
                  launcher,
                  PORT,
                  directory.resolve("service.log"),
                  with("--batch-tokens", Integer.toString(tokens)));
          LoadGenerator load = generator(service, ",\"policy\":\"fixed:1\"")) {
        load.closed(16, 10, Duration.ofSeconds(30));
        double before = service.metric("optirag_cpu_seconds_total");
        double passes = service.metric("optirag_pass_prompts_count");
        LoadGenerator.Phase phase = load.closed(16, 20, Duration.ofSeconds(30));
        double cpu = service.metric("optirag_cpu_seconds_total") - before;
        passes = service.metric("optirag_pass_prompts_count") - passes;
        out.printf(
            "passes of %d tokens: %.1f prompts a pass, %.2f ms of the processor a candidate,"
                + " p50 %.0f ms%n",
            tokens,
            phase.answered() / passes,
            1e3 * cpu / phase.answered() / candidates,
            phase.millis(50));
      }
    }
  }

  private List<String> with(String... more) {
    List<String> all = new ArrayList<>(arguments);
    all.addAll(List.of(more));
    return all;
  }

  private LoadGenerator.Phase print(String name, LoadGenerator.Phase phase) {
    out.printf("%-16s %s%n", name, phase);
    return phase;
  }

  private String top() {
    int policy = arguments.indexOf("--policy");
    return policy < 0 ? "fixed:1" : arguments.get(policy + 1);
  }

  /** The most that is carried with p99 within the deadline and at most 1 % shed. */
  private void carry() throws IOException, InterruptedException {
    try (ServiceProcess service = start()) {
      double capacity = capacity(service, top());
      double fixed = most(service, ",\"policy\":\"" + top() + "\"", 0.3 * capacity);
      double adaptive = most(service, "", 0.6 * capacity);
      out.printf(
          "carried with p99 within %d ms: %.2f requests/s at %s, %.2f with adaptive exits: %.2f times%n",
          deadline.toMillis(), fixed, top(), adaptive, adaptive / fixed);
    }
  }

  private double most(ServiceProcess service, String extra, double from)
      throws IOException, InterruptedException {
    double carried = 0;
    try (LoadGenerator load = generator(service, extra)) {
      for (double rate = from; ; rate *= 1.2) {
        LoadGenerator.Phase phase =
            print(
                extra.isEmpty() ? "adaptive" : "fixed",
                load.open(rate, Math.clamp(100 / rate, 20, 120), deadline));
        if (phase.shedShare() > 0.01 || phase.millis(99) > deadline.toMillis()) {
          return carried;
        }
        carried = rate;
        Thread.sleep(2000);
      }
    }
  }

  /**
   * What a client that asks for too much costs another: one asks for 30 % of capacity, first alone
   * and then beside one that asks for 170 %, in turns.
   */
  private void isolation(int seconds) throws IOException, InterruptedException {
    try (ServiceProcess service = start()) {
      double capacity = capacity(service, top());
      try (LoadGenerator load = generator(service, "");
          LoadGenerator light = load.from(InetAddress.getByName("127.0.0.2"), candidates, SEED);
          LoadGenerator heavy = load.from(InetAddress.getByName("127.0.0.3"), candidates, -SEED)) {
        int rounds = 3;
        double part = seconds / (2.0 * rounds);
        Histogram alone = new Histogram(60_000_000, 3);
        Histogram beside = new Histogram(60_000_000, 3);
        for (int round = 0; round < rounds; round++) {
          alone.add(print("alone", light.open(0.3 * capacity, part, deadline)).latencies());
          Thread other =
              Thread.ofPlatform()
                  .start(() -> {
                    try {
                      print("the heavy one", heavy.open(1.7 * capacity, part, deadline));
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  });
          beside.add(print("beside it", light.open(0.3 * capacity, part, deadline)).latencies());
          other.join();
          Thread.sleep(2000);
        }
        out.printf(
            "p50 %.0f ms alone, %.0f beside; p99 %.0f alone, %.0f beside: %.2f times%n",
            alone.getValueAtPercentile(50) / 1e3,
            beside.getValueAtPercentile(50) / 1e3,
            alone.getValueAtPercentile(99) / 1e3,
            beside.getValueAtPercentile(99) / 1e3,
            (double) beside.getValueAtPercentile(99) / alone.getValueAtPercentile(99));
      }
    }
  }

  /** The same load for long: nothing grows, nothing is lost. */
  private void soak(int seconds) throws IOException, InterruptedException {
    try (ServiceProcess service = start()) {
      double capacity = capacity(service, top());
      try (LoadGenerator load = generator(service, "")) {
        int parts = Math.max(2, seconds / 60);
        Soak soak = new Soak(service, load, 0.7 * capacity, (double) seconds / parts, deadline);
        for (int part = 0; part < parts; part++) {
          print("part " + (part + 1) + " of " + parts, soak.run());
          out.println("                 " + service.memory());
        }
        out.printf(
            "events: %d acknowledged, %.0f known to the service, %d refused%n",
            soak.acknowledged(), service.metric("optirag_live_events"), soak.refused());
      }
    }
  }
}

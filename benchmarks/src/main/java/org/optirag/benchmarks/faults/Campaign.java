package org.optirag.benchmarks.faults;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.optirag.benchmarks.ServiceProcess;

/**
 * Runs the real service again and again on one store, with traffic and attacks, and ends it by
 * SIGKILL or SIGTERM under load. After each start everything that was ever acknowledged is told
 * again: whatever is applied then had been lost.
 */
public final class Campaign {
  /** Seconds after SIGTERM in which requests under way may end. */
  static final int DRAIN = 5;

  /** What closing the store may take beyond, and the system the process's end. */
  private static final double CLOSING = 6;

  private static final int ROUND_SECONDS = 30;
  private static final int DISK_MEGABYTES = 64;

  private final List<String> launcher;
  private final Path bundle;
  private final int port;
  private final SplittableRandom random;
  private final Consumer<String> heard;
  private final Ledger ledger = new Ledger();
  private final Map<String, Integer> attacks = new TreeMap<>();
  private final List<Long> megabytes = new ArrayList<>();
  private int kills;
  private int terminations;
  private double longestDrain;
  private int rounds;

  /**
   * Sets one up.
   *
   * @param launcher the command that is optirag
   * @param bundle what is served
   * @param port where it listens
   * @param seed of all that is drawn
   * @param heard hears a line after each round
   */
  public Campaign(List<String> launcher, Path bundle, int port, long seed, Consumer<String> heard) {
    this.launcher = launcher;
    this.bundle = bundle;
    this.port = port;
    this.random = new SplittableRandom(seed);
    this.heard = heard;
  }

  /**
   * What came of it.
   *
   * @param rounds starts of the service
   * @param kills ends by SIGKILL, those during a start too
   * @param terminations ends by SIGTERM
   * @param longestDrain seconds from SIGTERM to the end, at most
   * @param attacks how often each was made
   * @param statuses how often which kind of request was answered how
   * @param acknowledged events
   * @param lost of them
   * @param twice of them
   * @param megabytes resident at the end of each round
   * @param broken the first promises that were not kept
   */
  public record Report(
      int rounds,
      int kills,
      int terminations,
      double longestDrain,
      Map<String, Integer> attacks,
      Map<String, Integer> statuses,
      int acknowledged,
      int lost,
      int twice,
      List<Long> megabytes,
      List<String> broken) {}

  /** {@code benchmarks/run faults}: LAUNCHER BUNDLE SECONDS SEED. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    double seconds = Double.parseDouble(arguments[2]);
    long seed = Long.parseLong(arguments[3]);
    Path directory = Files.createTempDirectory("optirag-faults-");
    Campaign campaign =
        new Campaign(
            List.of(arguments[0]), Path.of(arguments[1]), 18_082, seed, System.err::println);
    Report report = campaign.run(seconds, directory);
    print(report);
    System.exit(report.broken().isEmpty() ? 0 : 1);
  }

  private static void print(Report report) {
    System.out.printf(
        Locale.ROOT,
        "%d rounds, %d ends by SIGKILL, %d by SIGTERM, the longest of those after %.1f s%n",
        report.rounds,
        report.kills,
        report.terminations,
        report.longestDrain);
    report.attacks.forEach((name, times) -> System.out.printf("%6d x %s%n", times, name));
    new TreeMap<>(report.statuses)
        .forEach((name, times) -> System.out.printf("%8d %s%n", times, name));
    System.out.printf(
        "%d events acknowledged, %d lost, %d applied twice%n",
        report.acknowledged, report.lost, report.twice);
    System.out.println("resident MB at the end of each round: " + report.megabytes);
    report.broken.forEach(line -> System.out.println("BROKEN: " + line));
    System.out.flush();
  }

  /**
   * Runs it.
   *
   * @param seconds after which no new round begins
   * @param directory takes store, logs and bundles; empty
   */
  public Report run(double seconds, Path directory) throws IOException, InterruptedException {
    Path work = Files.createDirectories(directory.resolve("work"));
    Path disk = Files.createDirectories(directory.resolve("disk"));
    boolean small =
        command(
            "mount", "-t", "tmpfs", "-o", "size=" + DISK_MEGABYTES + "m", "tmpfs", disk.toString());
    Thread unmount = new Thread(() -> unmount(disk));
    Runtime.getRuntime().addShutdownHook(unmount); // whoever interrupts it
    try {
      long end = System.nanoTime() + (long) (seconds * 1e9);
      do {
        round(end, directory, work, disk, small);
      } while (System.nanoTime() < end);
      return report();
    } finally {
      if (small) {
        unmount(disk);
      }
      Runtime.getRuntime().removeShutdownHook(unmount);
    }
  }

  /** Also where a process has it still; nothing where it is not mounted. */
  private static void unmount(Path disk) {
    try {
      command("umount", "--lazy", disk.toString());
    } catch (IOException | InterruptedException e) {
      System.err.println(disk + " stays mounted: " + e.getMessage());
    }
  }

  private void round(long end, Path directory, Path work, Path disk, boolean small)
      throws IOException, InterruptedException {
    rounds++;
    List<String> arguments =
        List.of(
            "--bundle",
            bundle.toString(),
            "--policy",
            "none",
            "--drain",
            Integer.toString(DRAIN),
            "--context-cache",
            "32",
            "--renewal",
            "5",
            "--data-dir",
            disk.resolve("data").toString());
    Path log = directory.resolve("log-" + rounds);
    if (random.nextInt(3) == 0) {
      killedStart(arguments, log);
    }
    try (ServiceProcess service = new ServiceProcess(launcher, port, log, arguments)) {
      Traffic.verify(service, ledger);
      try (Traffic unused = new Traffic(service, ledger, random.split(), rounds)) {
        attack(service, end, work, small ? disk : null);
        look(service, log);
        end(service);
      }
    }
    heard.accept(
        "round %d: %d events acknowledged, %d lost, %d promises broken, %d MB"
            .formatted(
                rounds,
                ledger.events().size(),
                ledger.lost(),
                ledger.broken().size(),
                megabytes.getLast()));
  }

  private void killedStart(List<String> arguments, Path log)
      throws IOException, InterruptedException {
    Process process = ServiceProcess.start(launcher, port, log, arguments);
    Thread.sleep(100 + random.nextInt(5000));
    process.destroyForcibly().waitFor();
    kills++;
  }

  private void attack(ServiceProcess service, long end, Path work, @Nullable Path disk)
      throws IOException, InterruptedException {
    long over = Math.min(end, System.nanoTime() + ROUND_SECONDS * 1_000_000_000L);
    try (Attacks making = new Attacks(service, ledger, random.split(), bundle, work, disk)) {
      do {
        attacks.merge(making.next(), 1, Integer::sum);
        if (!service.isAlive()) {
          ledger.broke("the process ended in round " + rounds);
          return;
        }
      } while (System.nanoTime() < over);
    }
  }

  /** That it still does what it is for, with all its threads. */
  private void look(ServiceProcess service, Path log) throws IOException, InterruptedException {
    if (!service.isAlive()) {
      return;
    }
    long end = System.nanoTime() + 60_000_000_000L;
    boolean ranked = false;
    boolean fed = false;
    while (!(ranked && fed) && System.nanoTime() < end) {
      ranked |= status(service, "/v1/rank", Traffic.rankBody(random, 3)) == 200;
      String event = Traffic.event(random, "look-" + random.nextLong());
      if (!fed && status(service, "/v1/feedback", event) == 200) {
        fed = true;
        ledger.acknowledged(event, true);
      }
      Thread.sleep(100);
    }
    if (!ranked || !fed) {
      ledger.broke("a minute after the attacks it does not " + (ranked ? "take events" : "rank"));
    }
    double failed = service.metric("optirag_failed_total");
    if (failed > 0) {
      ledger.broke("%.0f requests ended by a fault; see %s".formatted(failed, log));
    }
    megabytes.add(service.residentMegabytes());
  }

  private static int status(ServiceProcess service, String path, String body)
      throws InterruptedException {
    try {
      HttpResponse<String> response = service.post(path, body);
      return response.statusCode();
    } catch (IOException e) {
      return 0;
    }
  }

  private void end(ServiceProcess service) throws InterruptedException {
    if (random.nextBoolean()) {
      service.kill();
      kills++;
      return;
    }
    double seconds = service.terminate();
    terminations++;
    longestDrain = Math.max(longestDrain, seconds);
    if (seconds > DRAIN + CLOSING) {
      ledger.broke("SIGTERM ended it after %.1f s".formatted(seconds));
    }
  }

  private Report report() {
    return new Report(
        rounds,
        kills,
        terminations,
        longestDrain,
        Map.copyOf(attacks),
        ledger.statuses(),
        ledger.events().size(),
        ledger.lost(),
        ledger.twice(),
        List.copyOf(megabytes),
        ledger.broken());
  }

  private static boolean command(String... words) throws IOException, InterruptedException {
    return new ProcessBuilder(words)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }
}

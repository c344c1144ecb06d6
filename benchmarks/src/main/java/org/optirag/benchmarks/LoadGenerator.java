package org.optirag.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests when they are due, whatever became of those before (an open loop), and counts an
 * answer's time from the moment when its request was due: a service that stands still is not spared
 * the requests that it kept from being sent.
 */
final class LoadGenerator implements AutoCloseable {
  private static final Pattern ID = Pattern.compile("\"id\":\"([^\"]+)\"");
  private static final Pattern USER = Pattern.compile("\"([^\"]+)\"[,\\]]");
  private static final Pattern DEPTH = Pattern.compile("\"mean_depth\":([0-9.E-]+)");

  private final HttpClient client;
  private final URI url;
  private final List<String> users;
  private final List<String> items;
  private final int candidates;
  private final String extra;
  private final SplittableRandom random;

  /**
   * @param extra further fields of each request, for instance {@code ,"policy":"none"}
   */
  private LoadGenerator(
      HttpClient client,
      URI base,
      List<String> users,
      List<String> items,
      int candidates,
      String extra,
      long seed) {
    this.client = client;
    this.url = base.resolve("/v1/rank");
    this.users = users;
    this.items = items;
    this.candidates = candidates;
    this.extra = extra;
    this.random = new SplittableRandom(seed);
  }

  /** One that asks for users and items that the service itself names. */
  static LoadGenerator of(ServiceProcess service, int candidates, String extra, long seed)
      throws IOException, InterruptedException {
    Set<String> users = new LinkedHashSet<>();
    Set<String> items = new LinkedHashSet<>();
    for (int i = 1; i < 100; i++) {
      Matcher match = USER.matcher(service.get("/v1/users?prefix=" + i).body());
      while (match.find()) {
        users.add(match.group(1));
      }
    }
    for (char letter = 'a'; letter <= 'z'; letter++) {
      Matcher match = ID.matcher(service.get("/v1/items?prefix=" + letter).body());
      while (match.find()) {
        items.add(match.group(1));
      }
    }
    return new LoadGenerator(
        client(null),
        service.base(),
        List.copyOf(users),
        List.copyOf(items),
        candidates,
        extra,
        seed);
  }

  /** The same requests from another address, so that the service takes it for another client. */
  LoadGenerator from(InetAddress address, int candidates, long seed) {
    return new LoadGenerator(client(address), url, users, items, candidates, extra, seed);
  }

  private static HttpClient client(@Nullable InetAddress from) {
    HttpClient.Builder builder = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1);
    return (from == null ? builder : builder.localAddress(from)).build();
  }

  List<String> users() {
    return users;
  }

  List<String> items() {
    return items;
  }

  /**
   * What came of a phase.
   *
   * @param rate requests a second that were due
   * @param seconds of the phase
   * @param latencies of answers, in microseconds
   * @param late answers after the deadline
   * @param shed requests refused or dropped
   * @param failed requests that ended in any other way
   * @param meanDepth over the answers
   */
  record Phase(
      double rate,
      double seconds,
      Histogram latencies,
      long late,
      long shed,
      long failed,
      double meanDepth) {
    long answered() {
      return latencies.getTotalCount();
    }

    /** Answers within the deadline a second. */
    double goodput() {
      return (answered() - late) / seconds;
    }

    double shedShare() {
      return (double) shed / Math.max(1, answered() + shed + failed);
    }

    double millis(double percentile) {
      return latencies.getValueAtPercentile(percentile) / 1e3;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%7.1f due/s %7.1f in time/s  p50 %6.0f  p99 %6.0f  p99.9 %6.0f ms  late %d  shed %5.1f %%"
              + "  failed %d  depth %.3f",
          rate,
          goodput(),
          millis(50),
          millis(99),
          millis(99.9),
          late,
          100 * shedShare(),
          failed,
          meanDepth);
    }
  }

  private static final class Tally {
    private final Histogram latencies = new ConcurrentHistogram(60_000_000, 3);
    private long late;
    private long shed;
    private long failed;
    private double depth;

    synchronized void count(HttpResponse<String> response, long micros, long deadlineMicros) {
      if (response.statusCode() == 200) {
        latencies.recordValue(Math.min(micros, 60_000_000));
        late += micros > deadlineMicros ? 1 : 0;
        Matcher match = DEPTH.matcher(response.body());
        depth += match.find() ? Double.parseDouble(match.group(1)) : 0;
      } else if (response.statusCode() == 429 || response.statusCode() == 504) {
        shed++;
      } else {
        failed++;
      }
    }

    synchronized void fail() {
      failed++;
    }

    synchronized Phase phase(double rate, double seconds) {
      return new Phase(
          rate,
          seconds,
          latencies,
          late,
          shed,
          failed,
          depth / Math.max(1, latencies.getTotalCount()));
    }
  }

  /** Poisson arrivals at a rate; ends when all are answered. */
  Phase open(double rate, double seconds, Duration deadline) throws InterruptedException {
    Tally tally = new Tally();
    List<CompletableFuture<?>> underWay = new CopyOnWriteArrayList<>();
    long start = System.nanoTime();
    double due = 0;
    while (due < seconds) {
      long at = start + (long) (due * 1e9);
      while (System.nanoTime() < at) {
        LockSupport.parkNanos(at - System.nanoTime());
      }
      underWay.removeIf(CompletableFuture::isDone);
      underWay.add(send(at, deadline, tally));
      due -= Math.log(1 - random.nextDouble()) / rate;
    }
    CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
        .orTimeout(60, TimeUnit.SECONDS)
        .exceptionally(error -> null)
        .join();
    return tally.phase(rate, seconds);
  }

  /** A number of clients, each with its next request as soon as it has an answer. */
  Phase closed(int clients, double seconds, Duration deadline) throws InterruptedException {
    Tally tally = new Tally();
    long end = System.nanoTime() + (long) (seconds * 1e9);
    Thread[] threads = new Thread[clients];
    for (int i = 0; i < clients; i++) {
      threads[i] =
          Thread.ofVirtual()
              .start(() -> {
                while (System.nanoTime() < end) {
                  send(System.nanoTime(), deadline, tally).join();
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return tally.phase(Double.NaN, seconds);
  }

  private CompletableFuture<Void> send(long due, Duration deadline, Tally tally) {
    HttpRequest request =
        HttpRequest.newBuilder(url)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body(deadline)))
            .build();
    return client
        .sendAsync(request, HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8))
        .handle((response, error) -> {
          if (error != null) {
            tally.fail();
          } else {
            tally.count(response, (System.nanoTime() - due) / 1000, deadline.toNanos() / 1000);
          }
          return null;
        });
  }

  private synchronized String body(Duration deadline) {
    StringBuilder body = new StringBuilder(400);
    body.append("{\"user\":\"").append(users.get(random.nextInt(users.size())));
    body.append("\",\"candidates\":[");
    int from = random.nextInt(items.size());
    for (int i = 0; i < candidates; i++) {
      body.append(i == 0 ? "\"" : ",\"");
      body.append(items.get((from + i * 7) % items.size())).append('"');
    }
    body.append("],\"deadline_ms\":").append(deadline.toMillis()).append(extra).append('}');
    return body.toString();
  }

  @Override
  public void close() {
    client.close();
  }
}

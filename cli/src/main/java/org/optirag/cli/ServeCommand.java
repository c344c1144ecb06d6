package org.optirag.cli;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.optirag.backbone.Backbone;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code optirag serve}: a bundle as a service. */
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Serves a bundle: ranks candidates for a user under a deadline, learns from feedback at once,"
          + " exits earlier under load instead of falling behind, and shows what it does on a page"
          + " at /.",
      ""
    },
    footer = {
      "",
      "Every setting can stand in a YAML file (--config FILE: 'port: 8080'), in the environment"
          + " (OPTIRAG_SERVE_PORT=8080) or here; the latter wins. 'optirag config show' prints what"
          + " holds. Passwords and tokens are taken from file and environment alone.",
      "",
      "Example: optirag serve --bundle bundles/movielens-100k --policy none",
      "  curl -s localhost:8080/v1/rank -H 'Content-Type: application/json' \\",
      "    -d '{\"user\": \"42\", \"candidates\": [\"50\", \"181\", \"258\"]}'",
      "",
      "SIGTERM lets the requests under way end. docs/serving.md has the whole tour."
    })
final class ServeCommand implements Callable<Integer> {
  /** For what comes after the requests: telling those that wait still, and closing the store. */
  private static final Duration CLOSING = Duration.ofSeconds(5);

  /** As a process that SIGTERM has ended. */
  private static final int TERMINATED = 128 + 15;

  @Mixin private CommonOptions common;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    long start = System.nanoTime();
    ServeConfig config = ServeConfig.of(spec.commandLine().getParseResult(), System.getenv());
    Backbone.setThreads(1);
    // What is wrong with a setting is told before anything is loaded.
    ServicePlan plan = ServicePlan.of(config, common);
    Duration most = config.seconds(ServeSetting.DRAIN, 0, 3600);
    Duration delay = config.seconds(ServeSetting.DRAIN_DELAY, 0, 3600);
    OpenService service = OpenService.open(plan, config, common);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            Thread.ofPlatform()
                .name("drain")
                .unstarted(() -> {
                  TimeLimit.run(
                      delay.plus(most).plus(CLOSING),
                      () -> service.end(most),
                      () -> {
                        System.err.println(
                            "optirag: something did not end in its time and was left; what was"
                                + " acknowledged is on disk.");
                        Runtime.getRuntime().halt(TERMINATED);
                      });
                  ended.countDown();
                }));
    System.err.printf(
        Locale.ROOT,
        "optirag: serving %s at %s://%s:%d/ (ready in %.1f s)%n",
        String.join(", ", plan.bundles().keySet()),
        config.text(ServeSetting.TLS_CERTIFICATE).isPresent() ? "https" : "http",
        config.value(ServeSetting.HOST).text(),
        service.port(),
        (System.nanoTime() - start) / 1e9);
    ended.await();
    return 0;
  }
}

package org.optirag.server.http;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.optirag.backbone.PackedPrompt;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.server.ranking.PassListener;
import org.optirag.server.ranking.RankAnswer;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.Deployable;
import org.optirag.server.rollout.Rollout;
import tools.jackson.databind.node.ObjectNode;

/** What Prometheus reads. Safe for use from many threads. */
public final class ServiceMetrics implements PassListener, AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collector = new JvmGcMetrics();

  /** Registers the process's own figures. */
  public ServiceMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    collector.bindTo(registry);
    failed("pass", 0);
    failed("not_a_number", 0); // so that both can be watched before there is any
  }

  /** Where others register what they count. */
  public PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Watches the queue and the control of exits. */
  public void watch(Scheduler scheduler) {
    gauge("optirag.queue.requests", "Requests that wait", () -> scheduler.state().jobs());
    gauge("optirag.queue.tokens", "Tokens that wait", () -> scheduler.state().tokens());
    gauge("optirag.workers.busy", "Passes under way", () -> scheduler.state().busy());
    gauge(
        "optirag.exit.share",
        "Share of full depth that the load allows; 1 is full quality",
        () -> scheduler.state().share());
    gauge(
        "optirag.token.seconds",
        "Measured seconds of a worker for a token at full depth",
        () -> scheduler.state().secondsPerToken());
  }

  /** Watches the memory of contexts. */
  public void watch(Rollout rollout) {
    gauge(
        "optirag.context.hits",
        "Contexts that were read before, of the bundles in memory",
        () -> sum(rollout, bundle -> bundle.contexts().hits()));
    gauge(
        "optirag.context.misses",
        "Contexts that were not read before, of the bundles in memory",
        () -> sum(rollout, bundle -> bundle.contexts().misses()));
    gauge(
        "optirag.context.bytes",
        "Native memory of remembered contexts",
        () -> sum(rollout, bundle -> bundle.contexts().bytes()));
    gauge("optirag.bundles", "Bundles in memory", () -> rollout.deployed().size());
  }

  private static double sum(Rollout rollout, ToDoubleFunction<Deployable> figure) {
    return rollout.deployed().values().stream().mapToDouble(figure).sum();
  }

  private void gauge(String name, String help, Supplier<Number> value) {
    Gauge.builder(name, value).description(help).register(registry);
  }

  @Override
  public void passed(Pass pass) {
    String bundle = pass.model().name();
    DistributionSummary.builder("optirag.pass.prompts")
        .description("Prompts scored in one pass")
        .tag("bundle", bundle)
        .register(registry)
        .record(pass.prompts().size());
    counter("optirag.cpu.seconds", "Processor time spent on scoring", "bundle", bundle)
        .increment(pass.cpuSeconds());
    if (pass.model() instanceof Deployable deployed) {
      double flops = deployed.flopsPerToken();
      double full = 0;
      double spent = 0;
      for (int p = 0; p < pass.prompts().size(); p++) {
        full += flops * pass.prompts().get(p).tokens().tokens();
        spent +=
            flops / deployed.blocks() * tokenBlocks(pass.prompts().get(p), pass.scores().get(p));
      }
      counter("optirag.flops", "Arithmetic of the blocks", "bundle", bundle, "kind", "spent")
          .increment(spent);
      counter("optirag.flops", "Arithmetic of the blocks", "bundle", bundle, "kind", "full_depth")
          .increment(full);
    }
  }

  @Override
  public void failed(String reason, int requests) {
    counter("optirag.failed", "Requests that a fault ended", "reason", reason).increment(requests);
  }

  /** Tokens times the blocks they went through; a context goes as deep as its last candidate. */
  static double tokenBlocks(Prompt prompt, List<Score> scores) {
    PackedPrompt tokens = prompt.tokens();
    int deepest = scores.stream().mapToInt(Score::exitBlock).max().orElse(0);
    double sum = (double) tokens.context().length * deepest;
    for (int i = 0; i < scores.size(); i++) {
      sum += (double) tokens.candidates().get(i).length * scores.get(i).exitBlock();
    }
    return sum;
  }

  private Counter counter(String name, String help, String... tags) {
    return Counter.builder(name).description(help).tags(tags).register(registry);
  }

  /**
   * Writes what a million candidates cost: seconds of the processor, and TFLOP as spent and at full
   * depth.
   */
  void cost(ObjectNode into) {
    double million = total("optirag.candidates") / 1e6;
    if (million > 0) {
      into.put("cpu_seconds_per_million", total("optirag.cpu.seconds") / million)
          .put("tflop_per_million", total("optirag.flops", "kind", "spent") / 1e12 / million)
          .put(
              "tflop_per_million_at_full_depth",
              total("optirag.flops", "kind", "full_depth") / 1e12 / million);
    }
  }

  private double total(String name, String... tags) {
    return registry.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  /**
   * A request was answered.
   *
   * @param adaptive whether the load chose the policy, or the request brought its own
   */
  void answered(String bundle, RankAnswer answer, boolean adaptive, double seconds) {
    Timer.builder("optirag.rank")
        .description("Seconds from the request's arrival to its answer")
        .tag("bundle", bundle)
        .publishPercentileHistogram()
        .minimumExpectedValue(Duration.ofMillis(1))
        .maximumExpectedValue(Duration.ofSeconds(30))
        .register(registry)
        .record(Duration.ofNanos((long) (seconds * 1e9)));
    stage("prepare", answer.prepareSeconds());
    stage("queue", answer.scored().queueSeconds() - answer.prepareSeconds());
    stage("score", answer.scored().scoreSeconds());
    String policy = answer.scored().point().policy().text();
    counter(
            "optirag.answers",
            "Answers by policy",
            "bundle",
            bundle,
            "policy",
            adaptive ? policy : kind(policy))
        .increment();
    for (Score score : answer.scored().scores()) {
      counter(
              "optirag.candidates",
              "Candidates scored, by the block where they stopped",
              "bundle",
              bundle,
              "block",
              Integer.toString(score.exitBlock()))
          .increment();
    }
  }

  /** Policies that requests bring could be any: their kind alone becomes a label. */
  private static String kind(String policy) {
    int colon = policy.indexOf(':');
    return colon < 0 ? policy : policy.substring(0, colon);
  }

  private void stage(String stage, double seconds) {
    Timer.builder("optirag.stage")
        .description("Seconds of a request's stages")
        .tag("stage", stage)
        .register(registry)
        .record(Duration.ofNanos((long) (Math.max(0, seconds) * 1e9)));
  }

  /** A ranking request came to nothing. */
  void shed(String reason) {
    counter("optirag.shed", "Ranking requests without an answer", "reason", reason).increment();
  }

  /** Events were taken. */
  void events(int applied, int known) {
    counter("optirag.events", "Events of feedback", "result", "applied").increment(applied);
    counter("optirag.events", "Events of feedback", "result", "known").increment(known);
  }

  /** A request of any kind ended. */
  void request(String route, int status) {
    counter(
            "optirag.http.requests",
            "Requests by route and status",
            "route",
            route,
            "status",
            Integer.toString(status))
        .increment();
  }

  /** What Prometheus scrapes. */
  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    collector.close();
    registry.close();
  }
}

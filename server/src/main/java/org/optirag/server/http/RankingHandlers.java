package org.optirag.server.http;

import io.javalin.http.Context;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.ExitPolicy;
import org.optirag.server.ranking.Caller;
import org.optirag.server.ranking.DeadlineException;
import org.optirag.server.ranking.EndingException;
import org.optirag.server.ranking.OverloadedException;
import org.optirag.server.ranking.RankAnswer;
import org.optirag.server.ranking.Ranker;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.Deployable;
import org.optirag.server.rollout.Lease;
import org.optirag.server.rollout.LiveQuality;
import org.optirag.server.rollout.Rollout;
import org.optirag.server.rollout.Shadows;

/** POST /v1/rank and POST /v1/rerank, wherever its clients look for that. */
final class RankingHandlers {
  private final Rollout rollout;
  private final Ranker ranker;
  private final Scheduler scheduler;
  private final Shadows shadows;
  private final LiveQuality quality;
  private final Lookup lookup;
  private final ServiceMetrics metrics;
  private final Timeline timeline;
  private final Traces traces;
  private final Limits limits;
  private final Duration deadline;

  RankingHandlers(ServiceParts parts, Timeline timeline, Traces traces) {
    this.rollout = parts.rollout();
    this.scheduler = parts.scheduler();
    this.ranker = new Ranker(scheduler);
    this.shadows = parts.shadows();
    this.quality = parts.quality();
    this.lookup = parts.lookup();
    this.metrics = parts.metrics();
    this.limits = parts.settings().limits();
    this.deadline = parts.settings().deadline();
    this.timeline = timeline;
    this.traces = traces;
  }

  void rank(Context ctx) {
    long start = System.nanoTime();
    RankCall call = RankCall.read(Requests.json(ctx, limits), limits);
    try (Lease lease = rollout.pick(call.query().user())) {
      Deployable bundle = lease.bundle();
      RankAnswer answer = answer(ctx, bundle, call.query(), call.policy(), call.deadline(), start);
      List<Integer> heads = bundle.card().heads();
      Requests.answer(
          ctx,
          Answers.rank(
              bundle,
              answer,
              call.policy() == null,
              call.explain(),
              (System.nanoTime() - start) / 1e9,
              id -> lookup.item(id).map(Lookup.KnownItem::title).orElse(null),
              heads));
    }
  }

  void rerank(Context ctx) {
    long start = System.nanoTime();
    RerankCall call = RerankCall.read(Requests.json(ctx, limits), limits);
    try (Lease lease = rollout.pick(call.user())) {
      Deployable bundle = lease.bundle();
      // Cutting documents to tokens reads them all.
      RerankQuery query =
          inTurn(
              ctx,
              new Caller(client(ctx), start, start + deadline.toNanos()),
              () -> RerankQuery.of(call, bundle, limits, id -> lookup.item(id).isPresent()));
      RankAnswer answer = answer(ctx, bundle, query.request(), null, null, start);
      String id = String.valueOf(ctx.<String>attribute(HttpServer.REQUEST_ID));
      String version = ctx.path().startsWith("/v2/") ? "2" : "1";
      Requests.answer(ctx, Answers.rerank(bundle, answer, call, query, id, version));
    }
  }

  private <T> T inTurn(Context ctx, Caller caller, Supplier<T> work) {
    return counted(() -> ranker.inTurn(caller, ClientProbe.of(ctx), work));
  }

  private RankAnswer answer(
      Context ctx,
      Deployable bundle,
      RankRequest query,
      @Nullable ExitPolicy policy,
      @Nullable Duration wished,
      long start) {
    return counted(() -> {
      RankAnswer answer =
          ranker.rank(
              bundle,
              query,
              policy,
              new Caller(
                  client(ctx), start, start + (wished == null ? deadline : wished).toNanos()),
              limits.tokens(),
              ClientProbe.of(ctx));
      traces.ranked(ctx, bundle, answer);
      double seconds = (System.nanoTime() - start) / 1e9;
      metrics.answered(bundle.name(), answer, policy == null, seconds);
      timeline.answered(
          seconds,
          answer.scored().scores().size(),
          answer.meanDepth(bundle.blocks()),
          scheduler.state().share());
      quality.served(bundle.card(), answer);
      shadows.score(bundle.name(), query);
      ctx.attribute(HttpServer.BUNDLE, bundle.name());
      ctx.attribute(HttpServer.POLICY, answer.scored().point().policy().text());
      return answer;
    });
  }

  /** What comes to nothing is counted by why. */
  private <T> T counted(Supplier<T> work) {
    try {
      return work.get();
    } catch (OverloadedException e) {
      shed("overloaded");
      throw e;
    } catch (DeadlineException e) {
      shed("deadline");
      throw e;
    } catch (CancellationException e) {
      shed("client_gone");
      throw e;
    } catch (EndingException e) {
      shed("ending");
      throw e;
    }
  }

  private static String client(Context ctx) {
    return String.valueOf(ctx.<String>attribute(HttpServer.CLIENT));
  }

  private void shed(String reason) {
    metrics.shed(reason);
    timeline.shed();
  }
}

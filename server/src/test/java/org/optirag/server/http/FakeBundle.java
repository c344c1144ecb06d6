package org.optirag.server.http;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.ContextCache;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.server.ranking.FakeModel;
import org.optirag.server.rollout.BundleCard;
import org.optirag.server.rollout.Deployable;

/** A bundle without an LLM: an item's id decides its probability. */
final class FakeBundle extends FakeModel implements Deployable {
  private volatile boolean closed;
  private volatile @Nullable Double answer;

  FakeBundle(String name) {
    super(name);
  }

  /** Lets no pass end before the latch is down. */
  FakeBundle stopped(CountDownLatch latch) {
    stopAt(latch);
    return this;
  }

  /** What it says of every candidate, or null for what it says otherwise. */
  void answerWith(@Nullable Double probability) {
    answer = probability;
  }

  @Override
  public List<List<Score>> score(ExitPolicy policy, List<Prompt> prompts, Runnable beforeBlocks) {
    List<List<Score>> scores = super.score(policy, prompts, beforeBlocks);
    Double wanted = answer;
    return wanted == null
        ? scores
        : scores.stream()
            .map(request ->
                request.stream()
                    .map(score -> new Score(wanted, score.exitBlock(), score.trace()))
                    .toList())
            .toList();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public BundleCard card() {
    return new BundleCard(
        name(),
        Path.of("bundles", name()),
        Instant.EPOCH,
        "movielens-100k",
        "tiny",
        "BF16",
        2,
        List.of(1, 2),
        List.of(),
        "none",
        curve,
        List.of(),
        Map.of("test", Map.of("auc", 0.7)));
  }

  @Override
  public ContextCache.Statistics contexts() {
    return new ContextCache.Statistics(1, 2, 3, 4);
  }

  @Override
  public double flopsPerToken() {
    return 1e6;
  }

  @Override
  public void close() {
    closed = true;
  }
}

package org.optirag.server.http;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.optirag.backbone.ContextCache;
import org.optirag.server.ranking.FakeModel;
import org.optirag.server.rollout.BundleCard;
import org.optirag.server.rollout.Deployable;

/** A bundle without an LLM: an item's id decides its probability. */
final class FakeBundle extends FakeModel implements Deployable {
  private volatile boolean closed;

  FakeBundle(String name) {
    super(name);
  }

  /** Lets no pass end before the latch is down. */
  FakeBundle stopped(CountDownLatch latch) {
    stopAt(latch);
    return this;
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

package org.optirag.server.rollout;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import org.optirag.recommender.RankRequest;
import org.optirag.server.ranking.OverloadedException;
import org.optirag.server.ranking.RankAnswer;
import org.optirag.server.ranking.Ranker;
import org.optirag.server.ranking.Scheduler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets shadows score what others answer, while nobody waits: they cost no user anything. What there
 * is no time for is left out.
 */
public final class Shadows {
  private static final Logger LOG = LoggerFactory.getLogger(Shadows.class);
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final int AT_ONCE = 4;

  private final Rollout rollout;
  private final Scheduler scheduler;
  private final LiveQuality quality;
  private final Semaphore places = new Semaphore(AT_ONCE);

  /** Shadows of a rollout. */
  public Shadows(Rollout rollout, Scheduler scheduler, LiveQuality quality) {
    this.rollout = rollout;
    this.scheduler = scheduler;
    this.quality = quality;
  }

  /**
   * Lets the shadows score; returns at once.
   *
   * @param answering the bundle that answered
   */
  public void score(String answering, RankRequest query) {
    for (Lease lease : rollout.shadows(answering)) {
      if (scheduler.state().jobs() > 0 || !places.tryAcquire()) {
        lease.close();
      } else {
        Thread.ofVirtual().start(() -> score(lease, query));
      }
    }
  }

  private void score(Lease lease, RankRequest query) {
    try (lease) {
      RankAnswer answer =
          new Ranker(scheduler)
              .rank(lease.bundle(), query, null, DEADLINE, Integer.MAX_VALUE, () -> false);
      quality.served(lease.bundle().card(), answer);
    } catch (OverloadedException e) {
      LOG.debug("no time for a shadow", e);
    } catch (RuntimeException e) {
      LOG.warn("the shadow {} failed", lease.bundle().name(), e);
    } finally {
      places.release();
    }
  }
}

package org.optirag.server.events;

import java.util.List;
import java.util.Optional;
import org.optirag.recommender.knowledge.Event;

/** Takes events. Safe for use from many threads. */
public interface FeedbackIntake {
  /**
   * What became of a batch.
   *
   * @param applied events that were new
   * @param known events whose id had been applied before
   */
  record Receipt(int applied, int known) {}

  /**
   * Makes events durable and lets them change the next answer; all of a batch or none. When this
   * returns, a crash does not lose them.
   *
   * @throws EventsRefusedException if the store cannot take them now; nothing was applied
   */
  Receipt accept(List<? extends Event> events);

  /** Why events were refused when they came last; empty if they were taken. */
  default Optional<EventsRefusedException.Reason> refusing() {
    return Optional.empty();
  }
}

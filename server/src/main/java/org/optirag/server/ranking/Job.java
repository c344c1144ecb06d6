package org.optirag.server.ranking;

import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.TradeOffPoint;

/** A prompt on its way through the scheduler. */
final class Job {
  private final Caller caller;
  private final RankingModel model;
  private final Prompt prompt;
  private final @Nullable TradeOffPoint fixed;
  private final long number;
  private final double leastCost; // asked once, and not when workers count what waits
  private final CompletableFuture<Scored> done = new CompletableFuture<>();

  /**
   * @param caller who waits for it
   * @param fixed the point that the request insists on, or null to let the load decide
   * @param number in order of arrival: among equal deadlines the first comes first
   */
  Job(
      Caller caller,
      RankingModel model,
      Prompt prompt,
      @Nullable TradeOffPoint fixed,
      long number) {
    this.caller = caller;
    this.model = model;
    this.prompt = prompt;
    this.fixed = fixed;
    this.number = number;
    this.leastCost = (fixed == null ? model.ladder().cheapest() : fixed).requestCost();
  }

  String client() {
    return caller.client();
  }

  RankingModel model() {
    return model;
  }

  Prompt prompt() {
    return prompt;
  }

  @Nullable TradeOffPoint fixed() {
    return fixed;
  }

  CompletableFuture<Scored> done() {
    return done;
  }

  int tokens() {
    return prompt.tokens().tokens();
  }

  /** Tokens times the share of full depth that is the least it can be had for. */
  double leastWork() {
    return tokens() * leastCost;
  }

  /** Tokens times the share of full depth at which it is scored while there is time. */
  double fullWork() {
    return tokens() * (fixed == null ? 1 : fixed.requestCost());
  }

  double secondsSinceArrival(long now) {
    return (now - caller.arrival()) / 1e9;
  }

  double secondsLeft(long now) {
    return caller.secondsLeft(now);
  }

  /** Whether it is due no later than a moment, as {@link System#nanoTime} counts. */
  boolean isDueBefore(long moment) {
    return caller.deadline() - moment <= 0;
  }

  /** Whether both can be in one pass. */
  boolean goesWith(Job other) {
    return model.equals(other.model)
        && (fixed == null
            ? other.fixed == null
            : other.fixed != null && fixed.policy().equals(other.fixed.policy()));
  }

  /** Earliest deadline first. nanoTime may wrap, so differences are compared. */
  static int byDeadline(Job one, Job other) {
    int order = Long.compare(one.caller.deadline() - other.caller.deadline(), 0);
    return order != 0 ? order : Long.compare(one.number, other.number);
  }
}

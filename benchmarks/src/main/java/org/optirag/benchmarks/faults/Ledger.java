package org.optirag.benchmarks.faults;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What was sent and what came back. An event that the service acknowledged and does not know later
 * is lost; one that it applied twice is counted twice. Safe for use from many threads.
 */
final class Ledger {
  private static final int EXAMPLES = 20;

  /** How often the service said that it applied an acknowledged event, by the event's line. */
  private final Map<String, Integer> acknowledged = new HashMap<>();

  private final Map<String, Integer> statuses = new TreeMap<>();
  private final List<String> broken = new ArrayList<>();
  private int lost;
  private int twice;

  /** Takes down an answer's status; one that no request may get is a broken promise. */
  synchronized void answered(String what, int status, String body) {
    statuses.merge(what + " " + status, 1, Integer::sum);
    if (status >= 500 && status != 503 && status != 504) {
      broke("%s: %d %s".formatted(what, status, body.substring(0, Math.min(200, body.length()))));
    }
  }

  /** A connection that ended without an answer. */
  synchronized void unanswered(String what) {
    statuses.merge(what + " no answer", 1, Integer::sum);
  }

  /** A promise that was not kept. */
  synchronized void broke(String how) {
    if (broken.size() < EXAMPLES) {
      broken.add(how);
    }
  }

  /** An event was acknowledged. */
  synchronized void acknowledged(String event, boolean applied) {
    int times = acknowledged.merge(event, applied ? 1 : 0, Integer::sum);
    if (times > 1) {
      twice++;
      broke("applied twice: " + event);
    }
  }

  /** Of some events that were acknowledged, so many are not known any more. */
  synchronized void lost(int events, String among) {
    lost += events;
    broke("%d lost, among those from %s on".formatted(events, among));
  }

  /** Every event that was acknowledged so far. */
  synchronized List<String> events() {
    return List.copyOf(acknowledged.keySet());
  }

  synchronized int lost() {
    return lost;
  }

  synchronized int twice() {
    return twice;
  }

  /** How often which kind of request was answered how. */
  synchronized Map<String, Integer> statuses() {
    return Map.copyOf(statuses);
  }

  /** The first promises that were not kept. */
  synchronized List<String> broken() {
    return List.copyOf(broken);
  }
}

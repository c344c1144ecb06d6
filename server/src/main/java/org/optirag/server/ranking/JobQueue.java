package org.optirag.server.ranking;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** What waits, earliest deadline first, and how much it is. Not safe for use from many threads. */
final class JobQueue {
  private final TreeSet<Job> waiting = new TreeSet<>(Job::byDeadline);
  private long tokens;

  void add(Job job) {
    if (waiting.add(job)) {
      tokens += job.tokens();
    }
  }

  /** Takes a job out, if it is still there. */
  boolean remove(Job job) {
    boolean there = waiting.remove(job);
    if (there) {
      tokens -= job.tokens();
    }
    return there;
  }

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  long tokens() {
    return tokens;
  }

  /** Who is due first; something must wait. */
  Job first() {
    return waiting.first();
  }

  /** The sum over all that waits. */
  double sum(ToDoubleFunction<Job> work) {
    return waiting.stream().mapToDouble(work).sum();
  }

  /** The sum over what waits and is due no later than a job. */
  double sumBefore(Job job, ToDoubleFunction<Job> work) {
    return waiting.headSet(job, true).stream().mapToDouble(work).sum();
  }

  /**
   * Whether what is due later than a job would be late if the job went before it.
   *
   * @param before seconds until the job is through
   * @param seconds that each takes
   */
  boolean wouldDelay(Job job, double before, ToDoubleFunction<Job> seconds, long now) {
    double through = before;
    for (Job later : waiting.tailSet(job, false)) {
      through += seconds.applyAsDouble(later);
      if (through > later.secondsLeft(now)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Takes the job that is due first, with others that can be in one pass with it as long as there
   * is room.
   *
   * @param mostTokens of all together; the first is taken whatever it has
   * @return empty if nothing waits
   */
  List<Job> takeTogether(int mostTokens) {
    List<Job> taken = new ArrayList<>();
    long sum = 0;
    Iterator<Job> jobs = waiting.iterator();
    while (jobs.hasNext() && sum < mostTokens) {
      Job job = jobs.next();
      if (taken.isEmpty() || (job.goesWith(taken.getFirst()) && sum + job.tokens() <= mostTokens)) {
        taken.add(job);
        sum += job.tokens();
        tokens -= job.tokens();
        jobs.remove();
      }
    }
    return taken;
  }

  /** Takes out all that a test picks. */
  List<Job> removeIf(Predicate<Job> test) {
    List<Job> removed = waiting.stream().filter(test).toList();
    removed.forEach(this::remove);
    return removed;
  }
}

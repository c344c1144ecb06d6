package org.optirag.server.ranking;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What waits, and in which order it is taken: in rounds, in each of which every client has a
 * quantum of tokens; within a round, and among one client's, the earliest deadline comes first. So
 * a client that sends much more than others stands behind them with what is beyond its share, and
 * where each sends little the deadlines alone decide. Not safe for use from many threads.
 */
final class JobQueue {
  private final long quantum;
  private final Map<String, Line> lines = new HashMap<>();
  private long tokens;
  private int size;

  /** What one client has waiting, and how far its turns have gone. */
  private static final class Line {
    private final TreeSet<Job> jobs = new TreeSet<>(Job::byDeadline);
    private long round;
    private long used;
    private long tokens;
  }

  /**
   * A job with the round that it is taken in.
   *
   * @param round of all clients alike; later ones hold what is beyond a client's share
   */
  record Turn(Job job, long round) {}

  /** Where one client's turns will be. */
  private static final class Cursor {
    private final Iterator<Job> jobs;
    private long round;
    private long used;
    private Job next;

    Cursor(Line line) {
      jobs = line.jobs.iterator();
      next = jobs.next();
      round = line.round;
      used = line.used;
    }

    /** Pays for the next job; whether there is one more. */
    boolean advance(long quantum) {
      used += next.tokens();
      round += used / quantum;
      used %= quantum;
      if (!jobs.hasNext()) {
        return false;
      }
      next = jobs.next();
      return true;
    }
  }

  /**
   * @param quantum tokens of each client in a round
   */
  JobQueue(int quantum) {
    this.quantum = quantum;
  }

  void add(Job job) {
    long now = round();
    Line line = lines.computeIfAbsent(job.client(), name -> new Line());
    if (line.jobs.isEmpty() && line.round < now) {
      line.round = now; // what it left unused before is no credit
      line.used = 0;
    }
    if (line.jobs.add(job)) {
      line.tokens += job.tokens();
      tokens += job.tokens();
      size++;
    }
  }

  /** The round that is under way: the first in which something waits. */
  private long round() {
    return lines.values().stream()
        .filter(line -> !line.jobs.isEmpty())
        .mapToLong(line -> line.round)
        .min()
        .orElse(0);
  }

  /** Takes a job out, if it is still there. */
  boolean remove(Job job) {
    Line line = lines.get(job.client());
    boolean there = line != null && line.jobs.remove(job);
    if (line != null && there) {
      line.tokens -= job.tokens();
      tokens -= job.tokens();
      size--;
      forget();
    }
    return there;
  }

  /** Clients with nothing waiting are remembered only as long as others are behind them. */
  private void forget() {
    if (size == 0) {
      lines.clear();
      return;
    }
    long now = round();
    lines.values().removeIf(line -> line.jobs.isEmpty() && line.round <= now);
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  long tokens() {
    return tokens;
  }

  /** Tokens that a client has waiting. */
  long tokens(String client) {
    Line line = lines.get(client);
    return line == null ? 0 : line.tokens;
  }

  /** The sum over all that waits. */
  double sum(ToDoubleFunction<Job> work) {
    double sum = 0;
    for (Line line : lines.values()) {
      for (Job job : line.jobs) {
        sum += work.applyAsDouble(job);
      }
    }
    return sum;
  }

  /** Whether no client has more waiting than this one. */
  boolean holdsMost(String client) {
    long own = tokens(client);
    return lines.values().stream().allMatch(line -> line.tokens <= own);
  }

  /** The sum over what the caller has waiting and over what goes before it. */
  double sumBefore(Caller caller, ToDoubleFunction<Job> work) {
    Line own = lines.get(caller.client());
    long now = round();
    long round = own == null ? now : Math.max(own.round, now);
    double sum = 0;
    for (Turn turn : inTurn()) {
      Job job = turn.job();
      boolean mine = job.client().equals(caller.client());
      boolean earlier = job.isDueBefore(caller.deadline());
      if (mine || turn.round() < round || (turn.round() == round && earlier)) {
        sum += work.applyAsDouble(job);
      }
    }
    return sum;
  }

  /** All that waits, in the order in which it will be taken if nothing more comes. */
  List<Turn> inTurn() {
    PriorityQueue<Cursor> cursors =
        new PriorityQueue<>(
            Comparator.comparingLong((Cursor cursor) -> cursor.round)
                .thenComparing(cursor -> cursor.next, Job::byDeadline));
    for (Line line : lines.values()) {
      if (!line.jobs.isEmpty()) {
        cursors.add(new Cursor(line));
      }
    }
    List<Turn> turns = new ArrayList<>(size);
    for (Cursor first = cursors.poll(); first != null; first = cursors.poll()) {
      turns.add(new Turn(first.next, first.round));
      if (first.advance(quantum)) {
        cursors.add(first);
      }
    }
    return turns;
  }

  /** Whose turn it is among the clients that may; null if none of them waits. */
  @Nullable Job first(Predicate<String> may) {
    Line first = null;
    for (Map.Entry<String, Line> each : lines.entrySet()) {
      Line line = each.getValue();
      if (!line.jobs.isEmpty()
          && may.test(each.getKey())
          && (first == null || isBefore(line, first))) {
        first = line;
      }
    }
    return first == null ? null : first.jobs.first();
  }

  private static boolean isBefore(Line one, Line other) {
    return one.round != other.round
        ? one.round < other.round
        : Job.byDeadline(one.jobs.first(), other.jobs.first()) < 0;
  }

  /**
   * Takes a job, with others that can be in one pass with it as long as there is room.
   *
   * @param first waits here; it is taken whatever it has
   * @param mostTokens of all together
   */
  List<Job> takeTogether(Job first, int mostTokens) {
    List<Job> taken = new ArrayList<>(List.of(first));
    long sum = first.tokens();
    for (Turn turn : inTurn()) {
      if (sum >= mostTokens) {
        break;
      }
      Job job = turn.job();
      if (!job.equals(first) && job.goesWith(first) && sum + job.tokens() <= mostTokens) {
        taken.add(job);
        sum += job.tokens();
      }
    }
    for (Job job : taken) {
      Line line = lines.get(job.client());
      if (line != null) {
        line.used += job.tokens();
        line.round += line.used / quantum;
        line.used %= quantum;
      }
    }
    taken.forEach(this::remove);
    return taken;
  }

  /**
   * What has to leave so that no more than so much waits: the last of whoever has most.
   *
   * @return jobs that wait still
   */
  Set<Job> beyond(long mostTokens) {
    Set<Job> leaving = new HashSet<>();
    List<Leftover> all = lines.values().stream().map(Leftover::new).toList();
    for (long sum = tokens; sum > mostTokens; ) {
      Leftover most = Collections.max(all, Comparator.comparingLong(each -> each.tokens));
      Job job = most.last.next();
      leaving.add(job);
      sum -= job.tokens();
      most.tokens -= job.tokens();
    }
    return leaving;
  }

  /** What a client would have waiting once its last jobs have left. */
  private static final class Leftover {
    private final Iterator<Job> last;
    private long tokens;

    Leftover(Line line) {
      last = line.jobs.descendingIterator();
      tokens = line.tokens;
    }
  }

  /** Takes out all that a test picks. */
  List<Job> removeIf(Predicate<Job> test) {
    List<Job> removed =
        lines.values().stream().flatMap(line -> line.jobs.stream()).filter(test).toList();
    removed.forEach(this::remove);
    return removed;
  }
}

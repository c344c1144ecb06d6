package org.optirag.server.ranking;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.server.control.ControlLaw;
import org.optirag.server.control.CostModel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes prompts from many requests, lets those that fit go through the model together, and answers
 * each before its deadline or not at all. Clients take turns, and within their shares the earliest
 * deadline comes first (see {@link JobQueue}); the exits of requests that do not insist on a policy
 * follow the {@link ControlLaw}. Safe for use from many threads.
 */
public final class Scheduler implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Scheduler.class);

  /** A request is let in if it is likely to be through within this share of its deadline. */
  private static final double ADMITTED = 0.7;

  /** A pass takes no more than this share of the time left: others wait behind it. */
  private static final double PASS = 0.5;

  private final Settings settings;
  private final PassListener listener;
  private final CostModel cost;
  private final ControlLaw law;
  private final JobQueue queue;
  private final Preparation preparation;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final AtomicLong numbers = new AtomicLong();
  private final List<Thread> workers = new ArrayList<>();
  private final Set<Job> running = new HashSet<>();
  private final WorkerShares shares;
  private int busy;
  private boolean closed;

  /**
   * How to schedule.
   *
   * @param workers passes at once, each on one thread
   * @param batchTokens most tokens of a pass of several prompts
   * @param queueTokens most tokens that wait
   * @param clientTokens most tokens of one client that wait
   * @param deadline what requests are given that bring none; a fifth of it is the wait that the
   *     exits aim at under overload
   * @param secondsPerToken at full depth, a first guess
   */
  public record Settings(
      int workers,
      int batchTokens,
      int queueTokens,
      int clientTokens,
      Duration deadline,
      double secondsPerToken) {
    /** The same where one client may fill the queue. */
    public Settings(
        int workers, int batchTokens, int queueTokens, Duration deadline, double secondsPerToken) {
      this(workers, batchTokens, queueTokens, queueTokens, deadline, secondsPerToken);
    }

    /** The wait aimed at under overload, in seconds. */
    double queueSeconds() {
      return deadline.toNanos() / 1e9 / 5;
    }
  }

  /**
   * A moment's view.
   *
   * @param jobs that wait
   * @param tokens of them
   * @param busy workers in a pass
   * @param share of full depth that the load allows
   * @param secondsPerToken at full depth, as measured
   */
  public record State(int jobs, long tokens, int busy, double share, double secondsPerToken) {}

  /** Starts the workers. */
  public Scheduler(Settings settings, PassListener listener) {
    this.settings = settings;
    this.listener = listener;
    this.queue = new JobQueue(settings.batchTokens);
    this.shares = new WorkerShares(settings.workers);
    // Two at least: what one client asks shall not keep the others from a look at their features.
    this.preparation = new Preparation(Math.max(2, settings.workers));
    this.cost = new CostModel(settings.secondsPerToken);
    this.law = new ControlLaw(settings.workers, settings.queueSeconds());
    for (int i = 0; i < settings.workers; i++) {
      workers.add(Thread.ofPlatform().name("score-" + i).daemon().start(this::work));
    }
  }

  /**
   * Whether a request has a chance, before anything is spent on it.
   *
   * @throws OverloadedException if it has none
   */
  public void requireRoom(Caller caller) {
    lock.lock();
    try {
      if (isFull(caller)) {
        throw overloaded();
      }
    } finally {
      lock.unlock();
    }
  }

  /** The share of full depth that what waits now allows to one more. */
  public double shareAtArrival() {
    lock.lock();
    try {
      return law.at(queue.sum(Job::fullWork) * cost.secondsPerToken());
    } finally {
      lock.unlock();
    }
  }

  /** Whether {@link #requireRoom} would let a request pass. */
  public boolean hasRoom(Caller caller) {
    lock.lock();
    try {
      return !isFull(caller);
    } finally {
      lock.unlock();
    }
  }

  /** Whether what goes before a client's next request takes all of its time already. */
  private boolean isFull(Caller caller) {
    String client = caller.client();
    if (closed
        || queue.tokens(client) >= settings.clientTokens
        || (queue.tokens() >= settings.queueTokens && queue.holdsMost(client))) {
      return true;
    }
    double most = ADMITTED * caller.seconds();
    return leastWait() > most
        && queue.sumBefore(caller, Job::leastWork) * cost.cautious() / settings.workers > most;
  }

  /**
   * Does what comes before a prompt waits in the queue, on a thread of its own and when the
   * client's turn has come.
   */
  <T> Preparation.Task<T> prepare(Caller caller, Supplier<T> work) {
    return preparation.submit(caller.client(), work);
  }

  /** {@link #submit(RankingModel, Prompt, ExitPolicy, Caller)} for the service's own work. */
  public CompletableFuture<Scored> submit(
      RankingModel model, Prompt prompt, @Nullable ExitPolicy policy, long arrival, long deadline) {
    return submit(model, prompt, policy, new Caller(Caller.OURSELVES, arrival, deadline));
  }

  /**
   * Lets a prompt in. Cancelling what is returned takes it out again, unless its pass has begun.
   *
   * @param policy that the request insists on, or null to let the load decide
   * @return completes with the scores, or with a {@link DeadlineException}; with an {@link
   *     OverloadedException} if others with less waiting needed the room
   * @throws OverloadedException if the queue is full or the deadline would not be kept
   * @throws PromptTooLongException if it would not fit into an empty queue
   */
  public CompletableFuture<Scored> submit(
      RankingModel model, Prompt prompt, @Nullable ExitPolicy policy, Caller caller) {
    TradeOffPoint fixed = policy == null ? null : model.point(policy);
    Job job = new Job(caller, model, prompt, fixed, numbers.incrementAndGet());
    int most = Math.min(settings.queueTokens, settings.clientTokens);
    if (job.tokens() > most) {
      throw new PromptTooLongException(job.tokens(), most); // however often it is sent
    }
    Set<Job> leaving;
    OverloadedException refused;
    lock.lock();
    try {
      boolean alone = isAlone();
      refused = overloaded();
      shares.saw(caller.client(), System.nanoTime());
      if (closed || queue.tokens(caller.client()) + job.tokens() > settings.clientTokens) {
        throw refused;
      }
      queue.add(job);
      leaving = queue.beyond(settings.queueTokens);
      if (leaving.contains(job) || (!alone && !fits(job, leaving, System.nanoTime()))) {
        queue.remove(job);
        throw refused;
      }
      leaving.forEach(queue::remove);
      arrived.signal();
    } finally {
      lock.unlock();
    }
    leaving.forEach(each -> each.done().completeExceptionally(refused));
    var unused =
        job.done()
            .whenComplete((scored, error) -> {
              if (job.done().isCancelled()) {
                remove(job);
              }
            });
    return job.done();
  }

  /**
   * Whether a job would be in time, and all that waits with it. Only what is beyond another
   * client's share may come late for it: whoever sends little is not refused for the sake of who
   * sends much.
   */
  private boolean fits(Job job, Set<Job> leaving, long now) {
    double perWork = cost.cautious() / settings.workers;
    double through = 0;
    long round = Long.MAX_VALUE;
    for (JobQueue.Turn turn : queue.inTurn()) {
      Job each = turn.job();
      if (each.equals(job)) {
        round = turn.round();
        through += job.leastWork() * cost.cautious();
        if (through > ADMITTED * job.secondsLeft(now)) {
          return false;
        }
      } else if (!leaving.contains(each)) {
        through += each.leastWork() * perWork;
        boolean counts = turn.round() <= round || each.client().equals(job.client());
        if (round != Long.MAX_VALUE && counts && through > each.secondsLeft(now)) {
          return false;
        }
      }
    }
    return true;
  }

  /** With nothing ahead of it a request is tried: the estimate may be the one that is wrong. */
  private boolean isAlone() {
    return queue.isEmpty() && busy < settings.workers;
  }

  private void remove(Job job) {
    lock.lock();
    try {
      queue.remove(job);
    } finally {
      lock.unlock();
    }
  }

  /** Seconds until what waits is worked off at the least depth. */
  private double leastWait() {
    return queue.sum(Job::leastWork) * cost.cautious() / settings.workers;
  }

  private OverloadedException overloaded() {
    return new OverloadedException((int) Math.clamp(Math.ceil(leastWait()), 1, 60));
  }

  /** A moment's view. */
  public State state() {
    lock.lock();
    try {
      return new State(queue.size(), queue.tokens(), busy, law.share(), cost.secondsPerToken());
    } finally {
      lock.unlock();
    }
  }

  /** Whatever fails, a worker lives on: nobody would take its place. */
  private void work() {
    boolean open = true;
    while (open) {
      ScoringPass pass = null;
      try {
        pass = next();
        open = pass != null;
        if (pass != null) {
          pass.run(cost, listener);
        }
      } catch (Throwable e) {
        fail(pass == null ? waiting() : pass.jobs(), e);
      } finally {
        if (pass != null) {
          rest(pass);
        }
      }
    }
  }

  /** Takes out all that waits: which of it cannot be taken is not known. */
  private List<Job> waiting() {
    lock.lock();
    try {
      return queue.removeIf(job -> true);
    } finally {
      lock.unlock();
    }
  }

  private void fail(List<Job> jobs, Throwable e) {
    try {
      LOG.error("a pass failed", e);
      listener.failed("pass", jobs.size());
    } catch (Throwable untold) {
      e.addSuppressed(untold); // that nobody hears of it costs nobody the worker
    }
    jobs.forEach(job -> job.done().completeExceptionally(e));
  }

  /** See {@link ScoringPass#requireNumbers}. */
  List<Score> requireNumbers(RankingModel model, List<Score> scores) {
    return ScoringPass.requireNumbers(model, scores, listener);
  }

  private void rest(ScoringPass pass) {
    lock.lock();
    try {
      busy--;
      pass.jobs().forEach(running::remove);
      shares.ended(pass.jobs().getFirst().client());
      arrived.signalAll(); // a client may have a worker again
    } finally {
      lock.unlock();
    }
  }

  /** Waits for work; null when there is none and will be none. */
  private @Nullable ScoringPass next() {
    while (true) {
      List<Job> late;
      ScoringPass pass = null;
      lock.lock();
      try {
        while (queue.isEmpty() && !closed) {
          arrived.awaitUninterruptibly();
        }
        long now = System.nanoTime();
        late = queue.removeIf(job -> isLate(job, now));
        Job first = queue.first(client -> shares.mayHaveOne(client, now));
        if (first != null) {
          pass = take(first, now);
          if (pass != null) {
            busy++;
            running.addAll(pass.jobs());
            shares.began(first.client());
          }
        } else if (!queue.isEmpty() && late.isEmpty()) {
          arrived.awaitUninterruptibly(); // until another worker is free, or another client comes
        } else if (closed && late.isEmpty()) {
          return null;
        }
      } finally {
        lock.unlock();
      }
      late.forEach(job -> job.done().completeExceptionally(new DeadlineException()));
      if (pass != null) {
        return pass;
      }
    }
  }

  /** Whether a job's time is over, or will be before even the shallowest pass ends. */
  private boolean isLate(Job job, long now) {
    double left = job.secondsLeft(now);
    // Alone it is tried nevertheless: the estimate may be the one that is wrong.
    return left <= 0 || (queue.size() > 1 && job.leastWork() * cost.cautious() > left);
  }

  private @Nullable ScoringPass take(Job first, long now) {
    double rate = cost.cautious();
    // Within the budget, and within the time of who is due first.
    double leastShare = first.leastWork() / first.tokens();
    double inTime = PASS * first.secondsLeft(now) / (rate * leastShare);
    List<Job> jobs =
        queue.takeTogether(first, Math.max(1, (int) Math.clamp(inTime, 1, settings.batchTokens)));
    try {
      return new ScoringPass(jobs, point(jobs, cost.secondsPerToken(), now), now);
    } catch (RuntimeException | Error e) {
      fail(jobs, e); // they wait no more, so nobody else would answer them
      return null;
    }
  }

  /** As deep as the load and the time of who is due first allow. */
  private TradeOffPoint point(List<Job> jobs, double rate, long now) {
    Job first = jobs.getFirst();
    double share = law.next(queue.sum(Job::fullWork) * rate);
    TradeOffPoint fixed = first.fixed();
    if (fixed != null) {
      return fixed;
    }
    int tokens = jobs.stream().mapToInt(Job::tokens).sum();
    double left = jobs.stream().mapToDouble(job -> job.secondsLeft(now)).min().orElse(0);
    return first.model().ladder().within(Math.min(share, PASS * left / (rate * tokens)));
  }

  /**
   * Gives up all that waits and runs: whoever waits for it is told so at once, and a pass ends
   * before its next block. For a service whose time to end has come; {@link #close} it then.
   */
  public void abandon() {
    List<Job> left;
    lock.lock();
    try {
      closed = true;
      left = new ArrayList<>(running);
      left.addAll(queue.removeIf(job -> true));
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    preparation.close();
    left.forEach(job -> job.done().completeExceptionally(new EndingException()));
  }

  /**
   * Whether all workers have ended within a time, after {@link #abandon}; what they use may be
   * freed then.
   */
  public boolean hasEnded(Duration most) throws InterruptedException {
    long end = System.nanoTime() + most.toNanos();
    for (Thread worker : workers) {
      if (!worker.join(Duration.ofNanos(Math.max(1, end - System.nanoTime())))) {
        return false;
      }
    }
    return true;
  }

  /** Lets nothing in any more, answers what waits, and ends the workers. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      arrived.signalAll();
    } finally {
      lock.unlock();
    }
    preparation.close();
    for (Thread worker : workers) {
      boolean interrupted = false;
      while (worker.isAlive()) {
        try {
          worker.join();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}

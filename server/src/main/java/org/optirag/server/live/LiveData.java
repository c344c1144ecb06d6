package org.optirag.server.live;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.dataset.source.Rules;
import org.optirag.recommender.FeatureGroups;
import org.optirag.recommender.GraphSource;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.knowledge.Event;
import org.optirag.recommender.knowledge.LiveState;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.TrainedGraphs;
import org.optirag.scoring.bundle.TrainedSequence;
import org.optirag.server.events.EventsRefusedException;
import org.optirag.server.events.FeedbackIntake;
import org.optirag.server.store.Appended;
import org.optirag.server.store.EventStore;
import org.optirag.server.store.GroupCommit;
import org.optirag.server.store.StoredEvent;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the service knows: the imported data and every event that was acknowledged. An acknowledged
 * event changes what the user in question, and whoever asks about the item's texts, is answered
 * next. What others did (evidence, statistics, neighbours) is brought together into a new snapshot
 * in the background; a request sees one snapshot, and none waits for the next. Safe for use from
 * many threads.
 */
public final class LiveData implements FeedbackIntake, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LiveData.class);

  /** At opening, every so many events. */
  private static final int CHECKED = 1_000;

  private final Dataset data;
  private final @Nullable Rules rules;
  private final Split split;
  private final EventStore store;
  private final InstantSource clock;
  private final LiveState liveState;
  private final FeatureGroups features;
  private final GroupCommit commit;
  private final Room room;
  private final Semaphore early = new Semaphore(0);
  private volatile @Nullable EventsRefusedException refusal;
  private final Set<RequestPrompts> prompts = ConcurrentHashMap.newKeySet();
  private final ReentrantLock renewing = new ReentrantLock();
  private final List<Thread> background = new ArrayList<>();
  private volatile Duration lastRenewal = Duration.ZERO;
  private final AtomicInteger renewals = new AtomicInteger();

  /**
   * How far it is.
   *
   * @param sequence the last event that requests see, by the store's numbers
   * @param interactions that came since the data were imported
   * @param worldSequence the last event that the statistics of everybody know
   * @param renewals how often these were made anew
   * @param lastRenewal how long that took
   * @param users how many are known
   * @param items how many are known
   */
  public record Status(
      long sequence,
      long interactions,
      long worldSequence,
      int renewals,
      Duration lastRenewal,
      int users,
      int items) {}

  private LiveData(
      Dataset data,
      @Nullable Rules rules,
      Split split,
      EventStore store,
      LiveSettings settings,
      InstantSource clock,
      Room room) {
    this.data = data;
    this.rules = rules;
    this.split = split;
    this.store = store;
    this.clock = clock;
    this.liveState = new LiveState(data, split);
    this.features = new FeatureGroups(data);
    this.room = room;
    liveState.open(() -> store.read(0, this::applyWithinRoom));
    if (liveState.state().snapshot().sequence() > 0) {
      renewals.incrementAndGet();
    }
    this.commit = new GroupCommit(store, this::seconds, this::committed);
    start("renewal", () -> renewAfter(settings.renewal()));
    if (store.shared()) {
      start(
          "poll",
          () -> {
            Thread.sleep(settings.poll());
            catchUpQuietly();
          });
    }
  }

  /** What a background thread does again and again. */
  private interface Work {
    void run() throws InterruptedException;
  }

  private void start(String name, Work work) {
    background.add(
        Thread.ofPlatform()
            .name("live-data-" + name)
            .daemon()
            .start(() -> {
              try {
                while (true) {
                  work.run();
                }
              } catch (InterruptedException e) {
                LOG.debug("{} ends.", name);
              }
            }));
  }

  /**
   * Reads all events of the store and makes the first snapshot.
   *
   * @param data the imported data
   * @param split others are known to have done what is in its training part, and what events tell;
   *     a user's own history is all of his data
   * @param store of the events; closed with this, unless this cannot be opened
   * @throws EventsRefusedException if the store cannot be read
   */
  public static LiveData open(Dataset data, Split split, EventStore store, LiveSettings settings) {
    return open(data, split, store, settings, InstantSource.system(), Room.ofHeap());
  }

  /**
   * The same for bundles that were trained on labels of the same rule; others are refused.
   *
   * @param rules how the data's ratings became labels
   */
  public static LiveData open(
      Dataset data, Rules rules, Split split, EventStore store, LiveSettings settings) {
    return new LiveData(data, rules, split, store, settings, InstantSource.system(), Room.ofHeap());
  }

  /** The same by another clock, in so much room. */
  static LiveData open(
      Dataset data,
      Split split,
      EventStore store,
      LiveSettings settings,
      InstantSource clock,
      Room room) {
    return new LiveData(data, null, split, store, settings, clock, room);
  }

  /** By the service's clock. */
  long seconds() {
    return clock.instant().getEpochSecond();
  }

  @Override
  public Receipt accept(List<? extends Event> events) {
    try {
      int behind = liveState.behind();
      if (behind >= room.soon()) {
        early.release();
      }
      room.requireFor(liveState.rows(), names(), behind);
      Receipt receipt = commit.accept(events);
      refusal = null;
      return receipt;
    } catch (EventsRefusedException e) {
      refusal = e;
      throw e;
    }
  }

  @Override
  public Optional<EventsRefusedException.Reason> refusing() {
    EventsRefusedException last = refusal;
    return last == null ? Optional.empty() : Optional.of(last.reason());
  }

  private int names() {
    return liveState.userCount() + liveState.itemCount();
  }

  private void applyWithinRoom(StoredEvent stored) {
    apply(stored);
    if (stored.sequence() % CHECKED == 0) {
      room.requireToOpen(liveState.rows(), names());
    }
  }

  /** What a transaction of ours added; what others added before it is applied first. */
  private void committed(Appended appended) {
    if (appended.before() == liveState.applied()) {
      appended.added().forEach(this::apply);
    } else if (!appended.added().isEmpty()) {
      catchUp();
    }
  }

  private void apply(StoredEvent stored) {
    liveState.apply(stored.sequence(), stored.received(), stored.event());
  }

  /** After a time, or as soon as much has come since. */
  private void renewAfter(Duration pause) throws InterruptedException {
    if (early.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
      early.drainPermits();
    }
    renewQuietly();
  }

  private void catchUp() {
    store.read(liveState.applied(), this::apply);
  }

  private void catchUpQuietly() {
    try {
      catchUp();
    } catch (RuntimeException e) {
      if (Thread.currentThread().isInterrupted()) {
        return; // the store is being closed
      }
      LOG.warn("Others' events cannot be read: {}", e.getMessage());
    }
  }

  private void renewQuietly() {
    try {
      renew();
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.error("What others did cannot be brought together; the service goes on as it is.", e);
    }
  }

  /** Brings everything that is known together, if anything is new; whoever comes second waits. */
  public void renew() {
    renewing.lock();
    try {
      long start = System.nanoTime();
      if (!liveState.renew(snapshot -> prompts.forEach(each -> each.prepare(snapshot)))) {
        return;
      }
      renewals.incrementAndGet();
      lastRenewal = Duration.ofNanos(System.nanoTime() - start);
      LOG.info("Renewed in {} ms.", lastRenewal.toMillis());
    } finally {
      renewing.unlock();
    }
  }

  /**
   * The prompts of a bundle that was trained on these data.
   *
   * @param tokenizer of the bundle's backbone
   * @param cache keeps the graph, where the bundle does not bring it
   * @throws UserException if the bundle was trained on other data, or its retriever needs what a
   *     service does not have
   */
  public RequestPrompts prompts(
      Bundle bundle, Tokenizer tokenizer, CacheDirectory cache, Progress progress) {
    if (!bundle.dataset().name().equals(data.name())) {
      throw new UserException(
          "The bundle was trained on %s, the service has %s."
              .formatted(bundle.dataset().name(), data.name()),
          "Serve it with its own data set.");
    }
    bundle.requireData(data, rules == null ? bundle.dataset().rules() : rules);
    TrainedGraphs graphs =
        new TrainedGraphs(
            data,
            split,
            liveState.state().snapshot().visible(),
            bundle,
            bundle.seed(),
            cache,
            progress);
    TrainedSequence sequence =
        new TrainedSequence(data, split, bundle, bundle.seed(), cache, progress);
    FeatureGroups.Reader reader =
        features.reading(bundle.featureNames(), sequence, cache, progress);
    return prompts(
        RequestPrompts.Parts.of(
            bundle, data, tokenizer, reader, GraphSource.growing(graphs::snapshot)),
        reader::close);
  }

  RequestPrompts prompts(RequestPrompts.Parts parts) {
    return prompts(parts, () -> {});
  }

  private RequestPrompts prompts(RequestPrompts.Parts parts, Runnable closing) {
    AtomicReference<RequestPrompts> self = new AtomicReference<>();
    RequestPrompts made =
        new RequestPrompts(
            liveState,
            parts,
            () -> {
              prompts.remove(self.get());
              closing.run();
            });
    self.set(made);
    renewing.lock(); // so that no snapshot is made without it
    try {
      made.prepare(liveState.state().snapshot());
      prompts.add(made);
    } finally {
      renewing.unlock();
    }
    return made;
  }

  /** What is known of single users and items. */
  public Catalogue catalogue() {
    return new Catalogue(liveState);
  }

  /** How far it is. */
  public Status status() {
    return new Status(
        liveState.applied(),
        liveState.interactions(),
        liveState.state().snapshot().sequence(),
        renewals.get(),
        lastRenewal,
        liveState.userCount(),
        liveState.itemCount());
  }

  @Override
  public void close() {
    commit.close();
    background.forEach(Thread::interrupt);
    renewing.lock(); // a renewal under way ends first
    try {
      store.close();
    } finally {
      renewing.unlock();
    }
  }
}

package org.optirag.server.rollout;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import org.optirag.workspace.UserException;

/**
 * The bundles in memory and who is answered by which. Everything can change while requests run:
 * each keeps the bundle that it began with. Safe for use from many threads.
 */
public final class Rollout implements AutoCloseable {
  private static final int REMEMBERED = 10;

  private final BundleLoader loader;
  private final Map<String, Holder> bundles = new TreeMap<>();
  private final Deque<Assignment> before = new ArrayDeque<>();
  private final ReentrantLock loading = new ReentrantLock();
  private Assignment assignment;

  /** Reads bundles. */
  @FunctionalInterface
  public interface BundleLoader {
    /**
     * Loads a bundle into memory.
     *
     * @throws UserException if it is broken or does not fit the service
     */
    Deployable load(String name, Path directory);
  }

  /** Begins with one bundle, which answers everybody. */
  public Rollout(BundleLoader loader, String name, Path directory) {
    this.loader = loader;
    bundles.put(name, new Holder(loader.load(name, directory)));
    assignment = Assignment.of(name);
  }

  /** Who is answered by which. */
  public synchronized Assignment assignment() {
    return assignment;
  }

  /** What is in memory. */
  public synchronized List<BundleCard> cards() {
    return bundles.values().stream().map(holder -> holder.bundle().card()).toList();
  }

  /** The bundle that answers a user, held until the lease is closed. */
  public synchronized Lease pick(String user) {
    return lease(assignment.answering(user));
  }

  /** The bundles that score beside one that answers. */
  public synchronized List<Lease> shadows(String answering) {
    List<Lease> leases = new ArrayList<>();
    for (String name : assignment.shadows()) {
      if (!name.equals(answering)) {
        leases.add(lease(name));
      }
    }
    return leases;
  }

  private Lease lease(String name) {
    Holder holder = bundles.get(name);
    if (holder == null) {
      throw new IllegalStateException("no bundle " + name);
    }
    return holder.lease().orElseThrow();
  }

  /**
   * Loads a bundle beside the others, or anew in the place of one of the same name. Requests that
   * are under way end with what they began with.
   *
   * @throws UserException if it is broken or does not fit; nothing has changed then
   */
  public BundleCard load(String name, Path directory) {
    loading.lock(); // one at a time: each takes memory and time
    try {
      Deployable loaded = loader.load(name, directory);
      Holder replaced;
      synchronized (this) {
        replaced = bundles.put(name, new Holder(loaded));
      }
      if (replaced != null) {
        replaced.retire();
      }
      return loaded.card();
    } finally {
      loading.unlock();
    }
  }

  /**
   * Changes who is answered by which.
   *
   * @throws UserException if a bundle is not in memory, or the shares do not fit
   */
  public synchronized void assign(
      String primary, Map<String, Double> shares, List<String> shadows) {
    Assignment next;
    try {
      next = new Assignment(primary, shares, shadows);
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "The bundles cannot be split so: " + e.getMessage() + ".",
          "Give shares above 0 that are 100 percent together at most; the primary has the rest.",
          e);
    }
    require(next);
    remember();
    assignment = next;
  }

  /** Lets one bundle answer everybody; {@link #rollBack} undoes it. */
  public void promote(String name) {
    assign(name, Map.of(), List.of());
  }

  /**
   * Goes back to what held before the last change.
   *
   * @throws UserException if nothing was changed, or a bundle of then is not in memory any more
   */
  public synchronized void rollBack() {
    Assignment last = before.peek();
    if (last == null) {
      throw new UserException(
          "There is nothing to go back to.", "Assign the bundles as they shall be.");
    }
    require(last);
    before.pop();
    assignment = last;
  }

  /**
   * Lets a bundle go.
   *
   * @throws UserException if there is none, or it is in use
   */
  public void unload(String name) {
    Holder holder;
    synchronized (this) {
      if (assignment.bundles().contains(name)) {
        throw new UserException(
            "The bundle " + name + " is in use.", "Assign its users to another bundle first.");
      }
      holder = bundles.remove(name);
    }
    if (holder == null) {
      throw missing(name);
    }
    holder.retire();
  }

  private void remember() {
    before.push(assignment);
    while (before.size() > REMEMBERED) {
      before.removeLast();
    }
  }

  private void require(Assignment wanted) {
    for (String name : wanted.bundles()) {
      if (!bundles.containsKey(name)) {
        throw missing(name);
      }
    }
  }

  private UserException missing(String name) {
    return new UserException(
        "There is no bundle \"" + name + "\" in memory.",
        "There are " + bundles.keySet() + "; load it first.");
  }

  /** How many bundles are in memory, by name; for metrics. */
  public synchronized Map<String, Deployable> deployed() {
    Map<String, Deployable> all = new LinkedHashMap<>();
    bundles.forEach((name, holder) -> all.put(name, holder.bundle()));
    return all;
  }

  /** Lets all bundles go; no request may come any more. */
  @Override
  public synchronized void close() {
    bundles.values().forEach(Holder::retire);
    bundles.clear();
  }
}

package org.optirag.recommender;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.recommender.knowledge.Event;
import org.optirag.recommender.knowledge.EventLines;
import org.optirag.recommender.knowledge.ImportedKnowledge;
import org.optirag.recommender.knowledge.Knowledge;
import org.optirag.recommender.knowledge.LiveState;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.LightGcnFile;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.TrainedGraphs;
import org.optirag.scoring.bundle.TrainedSequence;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Ranks items for users by click probability: a bundle, its backbone and its data, opened once.
 *
 * <pre>{@code
 * try (Recommender recommender = Recommender.open(Path.of("bundles/mine"), "my-shop")) {
 *   Ranking ranking = recommender.rank("42", List.of("50", "181", "258"));
 *   ranking.items().forEach(item -> System.out.println(item.id() + " " + item.probability()));
 * }
 * }</pre>
 *
 * <p>Safe for use from many threads: each request runs on the thread that asks. {@link #close}
 * waits for requests under way and frees the native memory; what is asked after it fails with an
 * {@link IllegalStateException}.
 */
public final class Recommender implements AutoCloseable {
  /** Contexts that were read before: some 60 of 500 tokens with the default model. */
  private static final long CONTEXT_BYTES = 256L << 20;

  private final Bundle bundle;
  private final LoadedModel model;
  private final Knowledge knowledge;
  private final RequestPrompts prompts;
  private final ContextCache contexts;
  private final Scorer scorer;
  private final RequestRanker ranker;
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();
  private boolean closed; // guarded by the lock
  private long told; // guarded by the prompts

  private Recommender(
      Bundle bundle,
      LoadedModel model,
      Knowledge knowledge,
      RequestPrompts prompts,
      ExitPolicy policy,
      long contextBytes) {
    this.bundle = bundle;
    this.model = model;
    this.knowledge = knowledge;
    this.prompts = prompts;
    this.contexts = new ContextCache(model.backbone(), contextBytes);
    this.scorer = bundle.scorer(model.backbone(), policy);
    this.ranker = new RequestRanker(prompts, scorer.remembering(contexts));
  }

  /**
   * Opens a bundle with its data, with all defaults: see {@link Builder}.
   *
   * @param bundle the directory that {@code optirag train} wrote
   * @param data a data set's name in the cache, one that can be pulled, or an imported data set's
   *     directory
   * @throws org.optirag.workspace.UserException if the bundle is broken, does not fit the data or
   *     the backbone, or one of them cannot be had; it says what to do
   */
  public static Recommender open(Path bundle, String data) {
    return builder(bundle, data).open();
  }

  /** The same with settings of one's own. */
  public static Builder builder(Path bundle, String data) {
    return new Builder(bundle, data);
  }

  /** How a recommender is opened. Not safe for use from several threads. */
  public static final class Builder {
    private final Path bundle;
    private final String data;
    private DType dtype = DType.AUTO;
    private Device device = Device.CPU;
    private String policy = "chosen";
    private long contextBytes = CONTEXT_BYTES;
    private boolean live;
    private @Nullable Path events;
    private @Nullable Path graph;
    private boolean trainsGraph = true;
    private CacheDirectory cache = CacheDirectory.standard();
    private Progress progress = Progress.silent();
    private Consumer<String> tell = line -> {};

    private Builder(Path bundle, String data) {
      this.bundle = bundle;
      this.data = data;
    }

    /** The number type; by default the fastest on the processor. */
    public Builder dtype(DType wanted) {
      dtype = wanted;
      return this;
    }

    /** Where the backbone runs; by default on the CPU. */
    public Builder device(Device wanted) {
      device = wanted;
      return this;
    }

    /**
     * The exit policy: "chosen" for the bundle's own, the default; "none" for full depth; or any
     * that {@link ExitPolicy#parse} reads.
     */
    public Builder policy(String wanted) {
      policy = wanted;
      return this;
    }

    /** Native memory for contexts that were read before, in bytes; by default 256 MiB. */
    public Builder contextCache(long bytes) {
      contextBytes = bytes;
      return this;
    }

    /** Lets the recommender learn from {@link Recommender#tell}. */
    public Builder live() {
      live = true;
      return this;
    }

    /**
     * What happened since the data were imported: JSON lines as the service takes them. The
     * recommender is {@link #live}, and knows them before its first request.
     */
    public Builder events(Path jsonLines) {
      events = jsonLines;
      live = true;
      return this;
    }

    /**
     * Embeddings of the data's users and items that a Spark job wrote, where these are others than
     * the bundle's.
     */
    public Builder graph(Path safetensors) {
      graph = safetensors;
      return this;
    }

    /**
     * Refuses data for which a graph would have to be trained: the bundle's is of other users and
     * items, and none is given.
     */
    public Builder neverTrainGraph() {
      trainsGraph = false;
      return this;
    }

    /** Where models, data and graphs are kept; by default the user's cache directory. */
    public Builder cache(CacheDirectory directory) {
      cache = directory;
      return this;
    }

    /** Shows downloads and loading; by default nothing does. */
    public Builder progress(Progress shown) {
      progress = shown;
      return this;
    }

    /** Hears, in a line, what was done otherwise than asked. */
    public Builder tell(Consumer<String> listener) {
      tell = listener;
      return this;
    }

    /**
     * Opens it.
     *
     * @throws org.optirag.workspace.UserException as {@link Recommender#open}
     */
    public Recommender open() {
      Bundle opened = Bundle.open(bundle);
      ExitPolicy exits =
          policy.equals("chosen") ? opened.plan().policy() : ExitPolicy.parse(policy);
      DatasetStore store = new DatasetStore(cache);
      Dataset dataset = store.require(data, progress);
      ImportedDataset imported = store.find(data);
      opened.requireData(dataset, imported.manifest().rules());
      Split split = dataset.split(opened.splitOf(dataset));
      Knowledge knowledge =
          live ? new LiveState(dataset, split) : new ImportedKnowledge(dataset, split);
      TrainedGraphs graphs =
          new TrainedGraphs(
              dataset,
              split,
              knowledge.state().snapshot().visible(),
              opened,
              opened.seed(),
              cache,
              progress);
      LoadedModel model =
          LoadedModel.of(
              opened,
              dataset::items,
              new LoadedModel.Settings(dtype, device, cache, progress, tell));
      FeatureGroups.Reader features = null;
      try {
        features =
            new FeatureGroups(dataset)
                .reading(
                    opened.featureNames(),
                    new TrainedSequence(dataset, split, opened, opened.seed(), cache, progress),
                    cache,
                    progress);
        RequestPrompts prompts =
            new RequestPrompts(
                knowledge,
                RequestPrompts.Parts.of(
                    opened,
                    dataset,
                    model.tokenizer(),
                    features,
                    sources(opened, dataset, split, graphs)),
                features::close);
        prompts.prepare(knowledge.state().snapshot());
        Recommender made = new Recommender(opened, model, knowledge, prompts, exits, contextBytes);
        if (events != null) {
          made.tell(EventLines.read(events, opened.dataset().rules().likedFrom()));
        }
        return made;
      } catch (RuntimeException | Error e) {
        model.close();
        if (features != null) {
          features.close();
        }
        throw e;
      }
    }

    private RetrieverSources sources(
        Bundle opened, Dataset dataset, Split split, TrainedGraphs graphs) {
      if (graph != null) {
        LightGcn given = LightGcnFile.read(graph).model();
        int users = dataset.users().size();
        int items = dataset.items().size();
        if (given.users().rows() != users || given.items().rows() != items) {
          throw new UserException(
              "%s has %d users and %d items, %s has %d and %d."
                  .formatted(graph, given.users().rows(), given.items().rows(), data, users, items),
              "Make it again with the job 'graph' from the same data.");
        }
        return GraphSource.frozen(new GraphSnapshot(Graph.of(split.train(), users, items), given));
      }
      if (!trainsGraph && opened.graph().isPresent() && opened.graphOf(dataset).isEmpty()) {
        throw new UserException(
            "The bundle's graph knows other users and items than " + data + ".",
            "Give --graph, the file that the job 'graph' writes with --file.");
      }
      return live ? GraphSource.growing(graphs::snapshot) : GraphSource.imported(graphs::timeline);
    }
  }

  /**
   * Ranks items for a user, after all that is known.
   *
   * @param user the user's id; one that is not known has no history
   * @param items ids of items that are known, each once
   * @throws UnknownItemException if an item is not known
   */
  public Ranking rank(String user, List<String> items) {
    return rank(RankRequest.of(user, items));
  }

  /** The same at a moment: only what lies strictly before it is looked at. */
  public Ranking rank(String user, List<String> items, Instant time) {
    return rank(RankRequest.of(user, items).at(time.getEpochSecond()));
  }

  /**
   * Ranks the candidates of a request.
   *
   * @throws UnknownItemException if a candidate is not known and the request brings no title
   * @throws IllegalStateException after {@link #close}
   */
  public Ranking rank(RankRequest request) {
    return reading(() -> ranker.rank(request));
  }

  /**
   * The scores of a request's candidates, in their order, on a context that is read anew. A context
   * that {@link #rank} remembers goes through products of other shapes, which some processors round
   * otherwise in the last digits; these scores depend on the request and on what is known alone.
   *
   * @throws UnknownItemException as {@link #rank(RankRequest)}
   * @throws IllegalStateException after {@link #close}
   */
  public List<Score> score(RankRequest request) {
    return reading(() -> scorer.score(prompts.prepare(request, scorer::undecided).prompt()));
  }

  /** What tokens of a prompt say. */
  public String text(int[] tokens) {
    return reading(() -> model.tokenizer().decode(tokens));
  }

  /** The bundle that it ranks with. */
  public Bundle bundle() {
    return bundle;
  }

  /** What requests may know. */
  public Knowledge knowledge() {
    return knowledge;
  }

  /** The number type that was chosen. */
  public DType dtype() {
    return model.backbone().dtype();
  }

  /**
   * Lets the next request know what happened: a user's own behaviour and an item's texts at once,
   * what others did after {@link #renew}. In memory alone: nothing is kept when this is closed.
   *
   * @throws IllegalStateException unless it was opened {@link Builder#live}
   */
  public void tell(List<? extends Event> events) {
    LiveState state = liveState();
    synchronized (prompts) {
      long now = Instant.now().getEpochSecond();
      events.forEach(event -> state.apply(++told, now, event));
    }
  }

  /**
   * Brings what was told together, so that requests of other users know it too.
   *
   * @throws IllegalStateException unless it was opened {@link Builder#live}
   */
  public void renew() {
    LiveState state = liveState();
    synchronized (prompts) {
      state.renew(prompts::prepare);
    }
  }

  private LiveState liveState() {
    if (knowledge instanceof LiveState state) {
      return state;
    }
    throw new IllegalStateException("open it with builder(…).live() to tell it of events");
  }

  private <T> T reading(Supplier<T> work) {
    open.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the recommender is closed");
      }
      return work.get();
    } finally {
      open.readLock().unlock();
    }
  }

  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        prompts.close();
        contexts.close();
        model.close();
      }
    } finally {
      open.writeLock().unlock();
    }
  }
}

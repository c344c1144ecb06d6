package org.optirag.scoring.bundle;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphStore;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.Horizon;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.LightGcnTrainer;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** The trained graph of the training part, and those of what lay before a moment within it. */
public final class TrainedGraphs {
  /** Of the graphs within training, which have no validation to stop by, at the paper's rate. */
  private static final int SNAPSHOT_EPOCHS = 50;

  private static final int MOST_SNAPSHOTS = 12;

  private final Dataset data;
  private final Split split;
  private final VisibleHistory visible;
  private final @Nullable Bundle bundle;
  private final long seed;
  private final GraphStore store;
  private final Progress progress;

  /**
   * @param data users and items
   * @param split the graph is that of its training part
   * @param visible tells the horizons within training
   * @param bundle may bring the graph, or null
   * @param seed of a training
   * @param cache keeps what was trained
   */
  public TrainedGraphs(
      Dataset data,
      Split split,
      VisibleHistory visible,
      @Nullable Bundle bundle,
      long seed,
      CacheDirectory cache,
      Progress progress) {
    this.data = data;
    this.split = split;
    this.visible = visible;
    this.bundle = bundle;
    this.seed = seed;
    this.store = new GraphStore(cache);
    this.progress = progress;
  }

  /**
   * The graph of the training part.
   *
   * @param buildSeconds how long its training took; 0 where the bundle brings it
   */
  public record Whole(LightGcn model, double buildSeconds) {}

  /** From the bundle where it knows the same users and items, else from the cache, else trained. */
  public Whole whole() {
    Optional<LightGcn> bundled = bundle == null ? Optional.empty() : bundle.graphOf(data);
    if (bundled.isPresent()) {
      return new Whole(bundled.get(), 0);
    }
    Graph train = graph(split.train());
    GraphStore.Trained trained =
        store.require(data.name(), train, graph(split.validation()), settings(train), progress);
    return new Whole(trained.model(), trained.buildSeconds());
  }

  /** The graph of the training part with its embeddings, ready to be asked. */
  public GraphSnapshot snapshot() {
    return new GraphSnapshot(graph(split.train()), whole().model());
  }

  /**
   * After training the whole graph, within training what lies before the visible history's
   * horizons; where these are many, before every second or third, since each graph is a training of
   * its own.
   */
  public GraphTimeline timeline() {
    Horizon horizon = visible.horizon().coarser(MOST_SNAPSHOTS);
    return new GraphTimeline(
        horizon, moment -> moment > horizon.last() ? snapshot() : before(moment));
  }

  private GraphSnapshot before(long horizon) {
    Interactions train = split.train();
    Graph graph = graph(train.filter(row -> train.time(row) < horizon));
    Graph none = Graph.empty(data.users().size(), data.items().size());
    LightGcn model =
        store.require(data.name(), graph, none, brief(settings(graph)), Progress.silent()).model();
    return new GraphSnapshot(graph, model);
  }

  private LightGcnTrainer.Settings settings(Graph graph) {
    return LightGcnTrainer.Settings.forEdges(graph.edges()).withSeed(seed);
  }

  /** Faster rates need fewer epochs to go as far. */
  private static LightGcnTrainer.Settings brief(LightGcnTrainer.Settings settings) {
    double faster = settings.learningRate() / LightGcnTrainer.Settings.DEFAULT.learningRate();
    return settings.withEpochs((int) Math.ceil(SNAPSHOT_EPOCHS / faster));
  }

  private Graph graph(Interactions interactions) {
    return Graph.of(interactions, data.users().size(), data.items().size());
  }
}

package org.optirag.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.NegativeSampling;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.evaluation.LlmScorer;
import org.optirag.evaluation.baseline.Baseline;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphStore;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.ItemEmbeddingStore;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.LightGcnTrainer;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.SemanticRetriever;
import org.optirag.retrieval.Witness;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.Scorer;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** Data, model and retrievers, wired together and made when first needed. */
final class Pipeline implements AutoCloseable {
  /** The retrievers in the order of tables. */
  static final List<String> RETRIEVERS =
      List.of("none", "recent", "popular", "bm25", "semantic", "gcn");

  /** Of the graphs within training, which have no validation to stop by. */
  private static final int SNAPSHOT_EPOCHS = 50;

  private final PipelineOptions options;
  private final CacheDirectory cache;
  private final Progress progress;
  private final Dataset data;
  private final Split split;
  private final Witness witness;
  private final Backbone backbone;
  private final Tokenizer tokenizer;
  private final Scorer scorer;
  private final PromptAssembler assembler;
  private final List<AutoCloseable> open = new ArrayList<>();

  Pipeline(String dataset, PipelineOptions options, CommonOptions common) {
    this.options = options;
    this.cache = common.cache();
    this.progress = common.progress();
    Backbone.setThreads(options.threads());
    Path model = new ModelStore(cache).require(options.model(), progress);
    this.data = new DatasetStore(cache).require(dataset, progress);
    this.split = data.split(options.split(data));
    this.witness = Witness.of(data, split);
    try (Weights weights = WeightFiles.open(model)) {
      this.backbone = Backbone.load(weights, options.dtype(), options.device(), progress);
    }
    open.add(backbone);
    this.tokenizer = Tokenizers.open(model);
    open.add(tokenizer);
    this.scorer = Scorer.zeroShot(backbone, tokenizer, options.prompt().format());
    this.assembler = new PromptAssembler(data, tokenizer, options.prompt());
  }

  Dataset data() {
    return data;
  }

  Split split() {
    return split;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  /** A model without an LLM, tuned on validation; clicks alone get drawn negatives. */
  Baseline.Tuned baseline(String name) {
    Split labelled =
        new Split(
            split.train(),
            impressions(split.trainExamples()),
            impressions(split.validation()),
            split.test());
    return Baseline.tune(name, data, labelled, witness.own(), options.seed(), progress);
  }

  /** The LLM as it was published, with a retriever. */
  LlmScorer scorer(String retriever) {
    Built built = retriever(retriever);
    open.add(built.retriever);
    return new LlmScorer(retriever, built.retriever, assembler, scorer, built.seconds);
  }

  private record Built(Retriever retriever, double seconds) {}

  private Built retriever(String name) {
    int history = options.history();
    return switch (name) {
      case "none" -> timed(() -> RecentRetriever.none(witness));
      case "recent" -> timed(() -> RecentRetriever.recent(witness, history));
      case "popular" -> timed(() -> RecentRetriever.popular(witness, history));
      case "bm25" -> timed(() -> new Bm25Retriever(witness, data.items(), history));
      case "semantic" -> {
        ItemEmbeddingStore.Embedded embedded =
            new ItemEmbeddingStore(cache)
                .require(data.name(), data.items(), options.model(), backbone, tokenizer, progress);
        yield new Built(
            new SemanticRetriever(witness, embedded.items(), history), embedded.buildSeconds());
      }
      case "gcn" -> {
        GraphStore.Trained trained = trainedGraph();
        GcnRetriever.Settings wanted = GcnRetriever.Settings.DEFAULT.withHistory(history);
        Built built = timed(() -> new GcnRetriever(witness, timeline(trained.model()), wanted));
        yield new Built(built.retriever, built.seconds + trained.buildSeconds());
      }
      default ->
          throw new UserException(
              "There is no retriever \"" + name + "\".", "There are " + RETRIEVERS + ".");
    };
  }

  /** The graph of the training part, for what is held out. */
  private GraphStore.Trained trainedGraph() {
    return new GraphStore(cache)
        .require(
            data.name(), graph(split.train()), graph(split.validation()), settings(), progress);
  }

  private LightGcnTrainer.Settings settings() {
    return LightGcnTrainer.Settings.DEFAULT.withSeed(options.seed());
  }

  /** After training the whole graph, within training what lies before each horizon. */
  private GraphTimeline timeline(LightGcn whole) {
    Graph empty = Graph.ofEdges(new int[0], new int[0], data.users().size(), data.items().size());
    return new GraphTimeline(
        horizon -> {
          if (horizon > witness.horizon().last()) {
            return new GraphSnapshot(graph(split.train()), whole);
          }
          Interactions train = split.train();
          Graph before = graph(train.filter(row -> train.time(row) < horizon));
          return new GraphSnapshot(
              before,
              new GraphStore(cache)
                  .require(
                      data.name(),
                      before,
                      empty,
                      settings().withEpochs(SNAPSHOT_EPOCHS),
                      Progress.silent())
                  .model());
        });
  }

  private static Built timed(Supplier<Retriever> build) {
    long start = System.nanoTime();
    Retriever retriever = build.get();
    return new Built(retriever, (System.nanoTime() - start) / 1e9);
  }

  private Graph graph(Interactions interactions) {
    return Graph.of(interactions, data.users().size(), data.items().size());
  }

  /** Impressions with labels of both kinds: drawn negatives are added to clicks alone. */
  Interactions impressions(Interactions part) {
    NegativeSampling sampling = sampling(part);
    return sampling == null ? part : sampling.sample(part, data);
  }

  /** How negatives are drawn for a part, or null. */
  @Nullable NegativeSampling sampling(Interactions part) {
    return options.negatives(part.labelRate() == 1);
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing failed", e);
      }
    }
  }
}

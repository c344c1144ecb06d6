package org.optirag.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.NegativeSampling;
import org.optirag.dataset.Split;
import org.optirag.dataset.SplitRule;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.evaluation.LlmScorer;
import org.optirag.evaluation.baseline.Baseline;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.ItemEmbeddingStore;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.SemanticRetriever;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.bundle.BackboneId;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.TrainedGraphs;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Data, model and retrievers, wired together: the LLM as it was published, or as a bundle trained
 * it.
 */
final class Pipeline implements AutoCloseable {
  /** The retrievers in the order of tables. */
  static final List<String> RETRIEVERS =
      List.of("none", "recent", "popular", "bm25", "semantic", "gcn");

  private static final String FEATURES = "features";

  /** What a model is brought to 8 bits with. */
  private static final int SAMPLE_TITLES = 40;

  private static final int SAMPLE_TOKENS = 256;

  private final PipelineOptions options;
  private final CacheDirectory cache;
  private final Progress progress;
  private final Consumer<String> tell;
  private final @Nullable Bundle bundle;
  private final Dataset data;
  private final SplitRule rule;
  private final Split split;
  private final VisibleHistory visible;
  private final CandidateFeatures features;
  private final BackboneId backboneId;
  private final Backbone backbone;
  private final Tokenizer tokenizer;
  private final TrainedGraphs graphs;
  private final List<AutoCloseable> open = new ArrayList<>();

  /**
   * @param bundle what was trained, or null for the LLM as it was published
   */
  Pipeline(String dataset, @Nullable Bundle bundle, PipelineOptions options, CommonOptions common) {
    this(dataset, bundle, options, common, false);
  }

  /** With the LLM as it was published, to train it. */
  static Pipeline toTrain(String dataset, PipelineOptions options, CommonOptions common) {
    return new Pipeline(dataset, null, options, common, true);
  }

  private Pipeline(
      String dataset,
      @Nullable Bundle bundle,
      PipelineOptions options,
      CommonOptions common,
      boolean trains) {
    this.options = options;
    this.cache = common.cache();
    this.progress = common.progress();
    this.tell = common::tell;
    this.bundle = bundle;
    Backbone.setThreads(options.threads());
    String name = bundle == null ? options.model() : bundle.manifest().backbone().name();
    Path model = new ModelStore(cache).require(name, progress);
    this.data = new DatasetStore(cache).require(dataset, progress);
    this.rule = options.split(data, bundle);
    this.split = data.split(rule);
    this.visible = VisibleHistory.of(data, split);
    this.features = new CandidateFeatures(data, visible);
    this.graphs = new TrainedGraphs(data, split, visible, bundle, options.seed(), cache, progress);
    this.tokenizer = Tokenizers.open(model);
    open.add(tokenizer);
    try (Weights weights = WeightFiles.open(model)) {
      this.backboneId = BackboneId.of(name, model, weights.config());
      this.backbone = load(adapted(weights), trains);
    }
    open.add(backbone);
  }

  private Backbone load(Weights weights, boolean trains) {
    if (options.dtype() == DType.INT8 && pays(weights)) {
      try (Backbone exact = Backbone.load(weights, DType.F32, options.device(), progress)) {
        return exact.quantized(sample());
      }
    }
    DType dtype = options.dtype() == DType.INT8 ? DType.AUTO : options.dtype();
    return trains
        ? Backbone.loadForTraining(weights, dtype, options.device(), progress)
        : Backbone.load(weights, dtype, options.device(), progress);
  }

  /** Whether 8 bits are faster here; says so where they are not. */
  private boolean pays(Weights weights) {
    ProductSpeeds speeds = ProductSpeeds.of(weights.config());
    if (!speeds.int8Pays()) {
      tell.accept(
          "No product of 8 bits is faster than %s on this processor: going on with %s."
              .formatted(speeds.fastestToScore(), speeds.fastestToScore()));
    }
    return speeds.int8Pays();
  }

  /** Reads as histories do. */
  int[] sample() {
    StringBuilder text = new StringBuilder("The user liked:");
    int items = data.items().ids().size();
    for (int i = 0; i < SAMPLE_TITLES; i++) {
      text.append("\n- ").append(data.items().title((int) ((long) i * items / SAMPLE_TITLES)));
    }
    int[] tokens = tokenizer.encode(text.toString());
    return tokens.length <= SAMPLE_TOKENS ? tokens : Arrays.copyOf(tokens, SAMPLE_TOKENS);
  }

  /** With the bundle's adapter, if there is one, merged in. */
  private Weights adapted(Weights weights) {
    if (bundle == null) {
      return weights;
    }
    bundle.requireBackbone(backboneId);
    Optional<Path> adapter = bundle.adapter();
    return adapter.isEmpty() ? weights : LoraAdapter.read(adapter.get()).mergedInto(weights);
  }

  Dataset data() {
    return data;
  }

  /** How the data are split. */
  SplitRule rule() {
    return rule;
  }

  Split split() {
    return split;
  }

  Tokenizer tokenizer() {
    return tokenizer;
  }

  Backbone backbone() {
    return backbone;
  }

  BackboneId backboneId() {
    return backboneId;
  }

  TrainedGraphs graphs() {
    return graphs;
  }

  CandidateFeatures features() {
    return features;
  }

  /** How prompts are written: as the bundle was trained, else as the options say. */
  PromptSettings promptSettings() {
    return bundle == null ? options.prompt() : bundle.dataset().prompt();
  }

  /** Most behaviours of a user in a prompt. */
  int history() {
    return bundle == null ? options.history() : bundle.history();
  }

  PromptAssembler assembler(PromptSettings settings) {
    return new PromptAssembler(data, tokenizer, settings);
  }

  /** What needs no LLM: the baselines, and the regression on the graph's features. */
  static List<String> baselines() {
    List<String> names = new ArrayList<>(Baseline.names());
    names.add(FEATURES);
    return List.copyOf(names);
  }

  /** A model without an LLM, tuned on validation; clicks alone get drawn negatives. */
  Baseline.Tuned baseline(String name) {
    if (name.equals(FEATURES)) {
      FeatureModel model =
          FeatureModel.learn(
              features,
              impressions(split.trainExamples()),
              impressions(split.validation()),
              options.seed());
      return new Baseline.Tuned(model, "ridge " + model.ridge(), Double.NaN);
    }
    Split labelled =
        new Split(
            split.train(),
            impressions(split.trainExamples()),
            impressions(split.validation()),
            split.test());
    return Baseline.tune(name, data, labelled, visible.own(), options.seed(), progress);
  }

  /** The LLM as it was published, with a retriever. */
  LlmScorer zeroShot(String retriever) {
    PromptSettings settings = promptSettings();
    return scorer(
        retriever,
        retriever,
        settings,
        FeatureSource.NONE,
        Scorer.zeroShot(backbone, tokenizer, settings.format()));
  }

  /** The bundle as it was trained, under one of its policies. */
  LlmScorer trained(String name, ExitPolicy policy) {
    return trained(name, required().scorer(backbone, policy));
  }

  /** The bundle's prompts and features, read by a scorer. */
  LlmScorer trained(String name, Scorer scorer) {
    return scorer(name, required().retriever(), promptSettings(), scaledFeatures(), scorer);
  }

  private LlmScorer scorer(
      String name, String retriever, PromptSettings settings, FeatureSource source, Scorer scorer) {
    Built built = retriever(retriever);
    return new LlmScorer(name, built.retriever, assembler(settings), source, scorer, built.seconds);
  }

  /** What the bundle's heads read beside the LLM's states. */
  FeatureSource scaledFeatures() {
    var schema = required().dataset().features();
    return schema == null
        ? FeatureSource.NONE
        : new ScaledFeatures(features, schema.scaling(), schema.units());
  }

  private Bundle required() {
    if (bundle == null) {
      throw new IllegalStateException("there is no bundle");
    }
    return bundle;
  }

  /**
   * A retriever and how long it took to make.
   *
   * @param seconds of its preparation, when it was made
   */
  record Built(Retriever retriever, double seconds) {}

  /** The retriever of a name; it is closed with the pipeline. */
  Built retriever(String name) {
    return retriever(name, history());
  }

  /**
   * The same with another number of behaviours.
   *
   * @param history most behaviours of a user
   */
  Built retriever(String name, int history) {
    Built built = build(name, history);
    open.add(built.retriever);
    return built;
  }

  private Built build(String name, int history) {
    return switch (name) {
      case "none" -> timed(0, () -> RecentRetriever.none(visible));
      case "recent" -> timed(0, () -> RecentRetriever.recent(visible, history));
      case "popular" -> timed(0, () -> RecentRetriever.popular(visible, history));
      case "bm25" -> timed(0, () -> new Bm25Retriever(visible, data.items(), history));
      case "semantic" -> {
        ItemEmbeddingStore.Embedded embedded =
            new ItemEmbeddingStore(cache)
                .require(
                    data.name(), data.items(), backboneId.name(), backbone, tokenizer, progress);
        yield timed(
            embedded.buildSeconds(),
            () -> new SemanticRetriever(visible, embedded.items(), history));
      }
      case "gcn" -> {
        GcnRetriever.Settings settings = GcnRetriever.Settings.DEFAULT.withHistory(history);
        TrainedGraphs.Whole whole = graphs.whole();
        yield timed(
            whole.buildSeconds(), () -> new GcnRetriever(visible, graphs.timeline(), settings));
      }
      default ->
          throw new UserException(
              "There is no retriever \"" + name + "\".", "There are " + RETRIEVERS + ".");
    };
  }

  private static Built timed(double before, Supplier<Retriever> build) {
    long start = System.nanoTime();
    Retriever retriever = build.get();
    return new Built(retriever, before + (System.nanoTime() - start) / 1e9);
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

package org.optirag.cli;

import org.optirag.recommender.knowledge.ImportedKnowledge;
import org.optirag.recommender.RequestRanker;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.recommender.PromptPipeline;
import org.optirag.recommender.SnapshotRetriever;
import org.optirag.recommender.Retrievers;
import org.optirag.recommender.RetrieverSources;
import org.optirag.recommender.LoadedModel;
import org.optirag.recommender.RankingPipeline;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.NegativeSampling;
import org.optirag.dataset.Split;
import org.optirag.dataset.SplitRule;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.evaluation.PipelineScorer;
import org.optirag.evaluation.baseline.Baseline;
import org.optirag.evaluation.baseline.FeatureModel;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.ItemEmbeddingStore;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.PromptTexts;
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
  static final List<String> RETRIEVERS = RetrieverSettings.NAMES;

  private static final String FEATURES = "features";

  /** What a model is brought to 8 bits with. */
  private static final int SAMPLE_TITLES = 40;

  private static final int SAMPLE_TOKENS = 256;

  private final PipelineOptions options;
  private final CacheDirectory cache;
  private final Progress progress;
  private final @Nullable Bundle bundle;
  private final Dataset data;
  private final SplitRule rule;
  private final Split split;
  private final VisibleHistory visible;
  private final KnowledgeSnapshot snapshot;
  private final LoadedModel model;
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
    this.bundle = bundle;
    Backbone.setThreads(options.threads());
    String name = bundle == null ? options.model() : bundle.manifest().backbone().name();
    new ModelStore(cache).require(name, progress); // downloads come first
    DatasetStore store = new DatasetStore(cache);
    this.data = store.require(dataset, progress);
    if (bundle != null) {
      bundle.requireData(data, store.find(dataset).manifest().rules());
    }
    this.rule = options.split(data, bundle);
    this.split = data.split(rule);
    this.snapshot = KnowledgeSnapshot.of(data, split);
    this.visible = snapshot.visible();
    this.graphs = new TrainedGraphs(data, split, visible, bundle, options.seed(), cache, progress);
    LoadedModel.Settings loading =
        new LoadedModel.Settings(
            options.dtype(), options.device(), cache, progress, common::tell);
    this.model =
        bundle != null
            ? LoadedModel.of(bundle, data::items, loading)
            : trains
                ? LoadedModel.toTrain(options.model(), data::items, loading)
                : LoadedModel.published(options.model(), data::items, loading);
    open.add(model);
  }

  /** Reads as histories do. */
  int[] sample() {
    return LoadedModel.sample(data.items(), model.tokenizer());
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
    return model.tokenizer();
  }

  Backbone backbone() {
    return model.backbone();
  }

  BackboneId backboneId() {
    return model.id();
  }

  TrainedGraphs graphs() {
    return graphs;
  }

  CandidateFeatures features() {
    return snapshot.features();
  }

  /** How prompts are written: as the bundle was trained, else as the options say. */
  PromptSettings promptSettings() {
    return bundle == null ? options.prompt() : bundle.dataset().prompt();
  }

  /** Most behaviours of a user in a prompt. */
  int history() {
    return bundle == null ? options.history() : bundle.retriever().history();
  }

  PromptAssembler assembler(PromptSettings settings) {
    return new PromptAssembler(data, model.tokenizer(), settings);
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
              snapshot.features(),
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
  PipelineScorer zeroShot(String retriever) {
    PromptSettings settings = promptSettings();
    return scorer(
        retriever,
        RetrieverSettings.named(retriever, history()),
        settings,
        FeatureSource.NONE,
        Scorer.zeroShot(model.backbone(), model.tokenizer(), settings.format()));
  }

  /** The same for requests by ids. */
  RequestRanker ranker(String retriever) {
    PromptSettings settings = promptSettings();
    RetrieverSettings named = retrieverSettings(retriever);
    RequestPrompts prompts =
        new RequestPrompts(
            new ImportedKnowledge(snapshot),
            new RequestPrompts.Parts(
                assembler(settings),
                figures -> FeatureSource.NONE,
                of -> Retrievers.of(named, of, new Sources())),
            () -> Long.MIN_VALUE,
            () -> {});
    return new RequestRanker(
        prompts, Scorer.zeroShot(model.backbone(), model.tokenizer(), settings.format()));
  }

  /** The bundle as it was trained, under one of its policies. */
  PipelineScorer trained(String name, ExitPolicy policy) {
    return trained(name, required().scorer(model.backbone(), policy));
  }

  /** The bundle's prompts and features, read by a scorer. */
  PipelineScorer trained(String name, Scorer scorer) {
    return scorer(
        name, required().retriever(), promptSettings(), scaledFeatures(), scorer);
  }

  private PipelineScorer scorer(
      String name,
      RetrieverSettings retriever,
      PromptSettings settings,
      FeatureSource source,
      Scorer scorer) {
    Built built = retriever(retriever);
    return new PipelineScorer(
        name,
        new RankingPipeline(
            new PromptPipeline(built.retriever, assembler(settings), source),
            PromptTexts.of(data),
            scorer),
        built.seconds);
  }

  /** What the bundle's heads read beside the LLM's states. */
  FeatureSource scaledFeatures() {
    return required().features(snapshot.features());
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

  /** The settings of a retriever by its name. */
  RetrieverSettings retrieverSettings(String name) {
    return RetrieverSettings.named(name, history());
  }

  /** The name of the rule that split the data. */
  String splitName() {
    return options.split();
  }

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
    return retriever(RetrieverSettings.named(name, history));
  }

  private Built retriever(RetrieverSettings settings) {
    Sources sources = new Sources();
    long start = System.nanoTime();
    SnapshotRetriever made = Retrievers.of(settings, snapshot, sources);
    double seconds = (System.nanoTime() - start) / 1e9 - sources.waited;
    open.add(made);
    return new Built(made.with(visible, PromptTexts.of(data)), sources.before + seconds);
  }

  /** The trained graph and the items' embeddings, made when they are first asked for. */
  private final class Sources implements RetrieverSources {
    /** What they took when they were made. */
    private double before;

    /** What they took now: to make, or to load. */
    private double waited;

    @Override
    public GraphTimeline graph(KnowledgeSnapshot of) {
      long start = System.nanoTime();
      before = graphs.whole().buildSeconds();
      waited = (System.nanoTime() - start) / 1e9;
      return graphs.timeline();
    }

    @Override
    public Embeddings itemEmbeddings() {
      long start = System.nanoTime();
      ItemEmbeddingStore.Embedded embedded =
          new ItemEmbeddingStore(cache)
              .require(
                  data.name(),
                  data.items(),
                  model.id().name(),
                  model.backbone(),
                  model.tokenizer(),
                  progress);
      before = embedded.buildSeconds();
      waited = (System.nanoTime() - start) / 1e9;
      return embedded.items();
    }
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

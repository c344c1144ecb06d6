package org.optirag.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
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
 *
 * <p>One thread sets it up, asks for scorers and closes it; the scorers that it gives may be used
 * by several threads at once until it is closed.
 */
public final class Pipeline implements AutoCloseable {
  /** The retrievers in the order of tables. */
  public static final List<String> RETRIEVERS =
      List.of("none", "recent", "popular", "bm25", "semantic", "gcn");

  private static final String FEATURES = "features";

  /** What {@link #sample} is made of. */
  private static final int SAMPLE_TITLES = 40;

  private static final int SAMPLE_TOKENS = 256;

  private final PipelineSettings settings;
  private final Workplace workplace;
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

  private Pipeline(
      String dataset,
      @Nullable Bundle bundle,
      PipelineSettings settings,
      Workplace workplace,
      boolean trains) {
    this.settings = settings;
    this.workplace = workplace;
    this.bundle = bundle;
    CacheDirectory cache = workplace.cache();
    Progress progress = workplace.progress();
    Backbone.setThreads(settings.threads());
    String name = bundle == null ? settings.model() : bundle.manifest().backbone().name();
    Path model = new ModelStore(cache).require(name, progress);
    this.data = new DatasetStore(cache).require(dataset, progress);
    this.rule = settings.splitOf(data, bundle);
    this.split = data.split(rule);
    this.visible = VisibleHistory.of(data, split);
    this.features = new CandidateFeatures(data, visible);
    this.graphs = new TrainedGraphs(data, split, visible, bundle, settings.seed(), cache, progress);
    this.tokenizer = Tokenizers.open(model);
    open.add(tokenizer);
    try (Weights weights = WeightFiles.open(model)) {
      this.backboneId = BackboneId.of(name, model, weights.config());
      this.backbone = load(adapted(weights), trains);
    }
    open.add(backbone);
  }

  /**
   * Gets what is needed into the cache, if it is not there, and loads it to score.
   *
   * @param dataset a name in the cache, one that can be pulled, or the directory of an import
   * @param bundle what was trained, or null for the LLM as it was published
   * @param settings how it is set up
   * @param workplace where files are cached and who is told
   * @throws UserException if data or model cannot be had or do not fit, or the split is unknown
   */
  public static Pipeline open(
      String dataset, @Nullable Bundle bundle, PipelineSettings settings, Workplace workplace) {
    return new Pipeline(dataset, bundle, settings, workplace, false);
  }

  /**
   * The same with the LLM as it was published, to train it.
   *
   * @param dataset a name in the cache, one that can be pulled, or the directory of an import
   * @param settings how it is set up; the numbers must be ones that can be trained
   * @param workplace where files are cached and who is told
   * @throws UserException if data or model cannot be had or do not fit, or the split is unknown
   */
  public static Pipeline toTrain(String dataset, PipelineSettings settings, Workplace workplace) {
    return new Pipeline(dataset, null, settings, workplace, true);
  }

  /** What it was opened with. */
  public PipelineSettings settings() {
    return settings;
  }

  /** Where files are cached and who is told. */
  public Workplace workplace() {
    return workplace;
  }

  /** The data set. */
  public Dataset data() {
    return data;
  }

  /** How the data are split. */
  public SplitRule rule() {
    return rule;
  }

  /** What to train on, to choose on and to measure on. */
  public Split split() {
    return split;
  }

  /** The LLM's tokenizer; closed with the pipeline. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The LLM, with the bundle's adapter merged in; closed with the pipeline. */
  public Backbone backbone() {
    return backbone;
  }

  /** Which LLM it is. */
  public BackboneId backboneId() {
    return backboneId;
  }

  /** The trained graphs. */
  public TrainedGraphs graphs() {
    return graphs;
  }

  /** What the graph of labels says of candidates. */
  public CandidateFeatures features() {
    return features;
  }

  /** How prompts are written: as the bundle was trained, else as the options say. */
  public PromptSettings promptSettings() {
    return bundle == null ? settings.prompt() : bundle.dataset().prompt();
  }

  /** Most behaviours of a user in a prompt. */
  public int history() {
    return bundle == null ? settings.history() : bundle.history();
  }

  /**
   * Writes prompts of the data.
   *
   * @param prompts what goes into them
   */
  public PromptAssembler assembler(PromptSettings prompts) {
    return new PromptAssembler(data, tokenizer, prompts);
  }

  /** What needs no LLM: the baselines, and the regression on the graph's features. */
  public static List<String> baselines() {
    List<String> names = new ArrayList<>(Baseline.names());
    names.add(FEATURES);
    return List.copyOf(names);
  }

  /**
   * A model without an LLM, tuned on validation; clicks alone get drawn negatives.
   *
   * @param name one of {@link #baselines}
   */
  public Baseline.Tuned baseline(String name) {
    if (name.equals(FEATURES)) {
      FeatureModel model =
          FeatureModel.learn(
              features,
              impressions(split.trainExamples()),
              impressions(split.validation()),
              settings.seed());
      return new Baseline.Tuned(model, "ridge " + model.ridge(), Double.NaN);
    }
    Split labelled =
        new Split(
            split.train(),
            impressions(split.trainExamples()),
            impressions(split.validation()),
            split.test());
    return Baseline.tune(
        name, data, labelled, visible.own(), settings.seed(), workplace.progress());
  }

  /**
   * The LLM as it was published, with a retriever.
   *
   * @param retriever one of {@link #RETRIEVERS}; the scorer is called so too
   * @throws UserException if there is no such retriever
   */
  public LlmScorer zeroShot(String retriever) {
    PromptSettings prompts = promptSettings();
    return scorer(
        retriever,
        retriever,
        prompts,
        FeatureSource.NONE,
        Scorer.zeroShot(backbone, tokenizer, prompts.format()));
  }

  /**
   * The bundle as it was trained, under one of its policies.
   *
   * @param name of the scorer in tables
   * @param policy when candidates leave
   * @throws IllegalStateException if the pipeline was opened without a bundle
   */
  public LlmScorer trained(String name, ExitPolicy policy) {
    return trained(name, required().scorer(backbone, policy));
  }

  /**
   * The bundle's prompts and features, read by a scorer.
   *
   * @param name of the scorer in tables
   * @param scorer reads them
   * @throws IllegalStateException if the pipeline was opened without a bundle
   */
  public LlmScorer trained(String name, Scorer scorer) {
    return scorer(name, required().retriever(), promptSettings(), scaledFeatures(), scorer);
  }

  private LlmScorer scorer(
      String name, String retriever, PromptSettings prompts, FeatureSource source, Scorer scorer) {
    Built built = retriever(retriever);
    return new LlmScorer(name, built.retriever, assembler(prompts), source, scorer, built.seconds);
  }

  /**
   * What the bundle's heads read beside the LLM's states.
   *
   * @throws IllegalStateException if the pipeline was opened without a bundle
   */
  public FeatureSource scaledFeatures() {
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
   * @param retriever is closed with the pipeline
   * @param seconds of its preparation, when it was made
   */
  public record Built(Retriever retriever, double seconds) {}

  /**
   * The retriever of a name; it is closed with the pipeline.
   *
   * @param name one of {@link #RETRIEVERS}
   * @throws UserException if there is no such retriever
   */
  public Built retriever(String name) {
    return retriever(name, history());
  }

  /**
   * The same with another number of behaviours.
   *
   * @param name one of {@link #RETRIEVERS}
   * @param history most behaviours of a user
   * @throws UserException if there is no such retriever
   */
  public Built retriever(String name, int history) {
    Built built = build(name, history);
    open.add(built.retriever);
    return built;
  }

  /**
   * Impressions with labels of both kinds: drawn negatives are added to clicks alone.
   *
   * @param part of the split
   */
  public Interactions impressions(Interactions part) {
    NegativeSampling sampling = sampling(part);
    return sampling == null ? part : sampling.sample(part, data);
  }

  /**
   * How negatives are drawn for a part, or null where none are.
   *
   * @param part of the split
   */
  public @Nullable NegativeSampling sampling(Interactions part) {
    return settings.sampling(part.labelRate() == 1);
  }

  // How a bundle is opened for inference, and its retriever.

  /** The LLM, its adapter merged in, in the numbers that were asked for. */
  private Backbone load(Weights weights, boolean trains) {
    if (settings.dtype() == DType.INT8 && pays(weights)) {
      try (Backbone exact =
          Backbone.load(weights, DType.F32, settings.device(), workplace.progress())) {
        return exact.quantized(sample());
      }
    }
    DType dtype = settings.dtype() == DType.INT8 ? DType.AUTO : settings.dtype();
    return trains
        ? Backbone.loadForTraining(weights, dtype, settings.device(), workplace.progress())
        : Backbone.load(weights, dtype, settings.device(), workplace.progress());
  }

  /** Whether 8 bits are faster here; says so where they are not. */
  private boolean pays(Weights weights) {
    ProductSpeeds speeds = ProductSpeeds.of(weights.config());
    if (!speeds.int8Pays()) {
      workplace
          .remarks()
          .accept(
              "No product of 8 bits is faster than %s on this processor: going on with %s."
                  .formatted(speeds.fastestToScore(), speeds.fastestToScore()));
    }
    return speeds.int8Pays();
  }

  /** The retriever of a name, with at most so many behaviours of a user. */
  private Built build(String name, int history) {
    return switch (name) {
      case "none" -> timed(0, () -> RecentRetriever.none(visible));
      case "recent" -> timed(0, () -> RecentRetriever.recent(visible, history));
      case "popular" -> timed(0, () -> RecentRetriever.popular(visible, history));
      case "bm25" -> timed(0, () -> new Bm25Retriever(visible, data.items(), history));
      case "semantic" -> {
        ItemEmbeddingStore.Embedded embedded =
            new ItemEmbeddingStore(workplace.cache())
                .require(
                    data.name(),
                    data.items(),
                    backboneId.name(),
                    backbone,
                    tokenizer,
                    workplace.progress());
        yield timed(
            embedded.buildSeconds(),
            () -> new SemanticRetriever(visible, embedded.items(), history));
      }
      case "gcn" -> {
        GcnRetriever.Settings gcn = GcnRetriever.Settings.DEFAULT.withHistory(history);
        TrainedGraphs.Whole whole = graphs.whole();
        yield timed(whole.buildSeconds(), () -> new GcnRetriever(visible, graphs.timeline(), gcn));
      }
      default ->
          throw new UserException(
              "There is no retriever \"" + name + "\".", "There are " + RETRIEVERS + ".");
    };
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

  /** Tokens that read as histories do: what a model is brought to 8 bits with. */
  public int[] sample() {
    StringBuilder text = new StringBuilder("The user liked:");
    int items = data.items().ids().size();
    for (int i = 0; i < SAMPLE_TITLES; i++) {
      text.append("\n- ").append(data.items().title((int) ((long) i * items / SAMPLE_TITLES)));
    }
    int[] tokens = tokenizer.encode(text.toString());
    return tokens.length <= SAMPLE_TOKENS ? tokens : Arrays.copyOf(tokens, SAMPLE_TOKENS);
  }

  private static Built timed(double before, Supplier<Retriever> build) {
    long start = System.nanoTime();
    Retriever retriever = build.get();
    return new Built(retriever, before + (System.nanoTime() - start) / 1e9);
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

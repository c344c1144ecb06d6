package org.optirag.workbench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.evaluation.PipelineScorer;
import org.optirag.recommender.FeatureGroups;
import org.optirag.recommender.LoadedModel;
import org.optirag.recommender.PromptPipeline;
import org.optirag.recommender.RankingPipeline;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.RequestRanker;
import org.optirag.recommender.RetrieverSources;
import org.optirag.recommender.Retrievers;
import org.optirag.recommender.SnapshotRetriever;
import org.optirag.recommender.knowledge.ImportedKnowledge;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.ItemEmbeddingStore;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.RetrieverSettings;
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
import org.optirag.scoring.bundle.TrainedSequence;
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
  public static final List<String> RETRIEVERS = RetrieverSettings.NAMES;

  private final PipelineSettings settings;
  private final Workplace workplace;
  private final @Nullable Bundle bundle;
  private final Dataset data;
  private final SplitRule rule;
  private final Split split;
  private final VisibleHistory visible;
  private final KnowledgeSnapshot snapshot;
  private final boolean trains;
  private final ImportedDataset imported;
  private final TrainedGraphs graphs;
  private final FeatureGroups groups;
  private final TrainedSequence sequence;
  private final List<AutoCloseable> open = new ArrayList<>();
  private @Nullable LoadedModel model;

  private Pipeline(
      String dataset,
      @Nullable Bundle bundle,
      PipelineSettings settings,
      Workplace workplace,
      boolean trains) {
    this.settings = settings;
    this.workplace = workplace;
    this.bundle = bundle;
    this.trains = trains;
    CacheDirectory cache = workplace.cache();
    Progress progress = workplace.progress();
    Backbone.setThreads(settings.threads());
    DatasetStore store = new DatasetStore(cache);
    Dataset read = store.require(dataset, progress);
    this.data = settings.permuted() ? read.permuted(settings.seed()) : read;
    this.imported = store.find(dataset);
    if (bundle != null) {
      bundle.requireData(data, imported.manifest().rules());
    }
    this.rule = settings.splitOf(data, bundle);
    this.split = data.split(rule);
    this.snapshot = KnowledgeSnapshot.of(data, split);
    this.visible = snapshot.visible();
    this.groups = new FeatureGroups(data);
    this.sequence = new TrainedSequence(data, split, bundle, settings.seed(), cache, progress);
    this.graphs = new TrainedGraphs(data, split, visible, bundle, settings.seed(), cache, progress);
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

  /**
   * Downloads the LLM if it is not there, before long work that needs it later.
   *
   * @throws UserException if it cannot be had
   */
  public void requireModel() {
    new ModelStore(workplace.cache()).require(modelName(), workplace.progress());
  }

  private String modelName() {
    return bundle == null ? settings.model() : bundle.manifest().backbone().name();
  }

  /** The LLM, loaded when something first asks for it: much can be said without it. */
  private synchronized LoadedModel model() {
    if (model == null) {
      LoadedModel.Settings loading =
          new LoadedModel.Settings(
              settings.dtype(),
              settings.device(),
              workplace.cache(),
              workplace.progress(),
              workplace.remarks());
      model =
          bundle != null
              ? LoadedModel.of(bundle, data::items, loading)
              : trains
                  ? LoadedModel.toTrain(modelName(), data::items, loading)
                  : LoadedModel.published(modelName(), data::items, loading);
      open.addFirst(model); // closed last
    }
    return model;
  }

  /** Where files are cached and who is told. */
  public Workplace workplace() {
    return workplace;
  }

  /** The data set. */
  public Dataset data() {
    return data;
  }

  /** A digest of the data set's tables, hexadecimal; reads them. */
  public String dataDigest() {
    return imported.digest();
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
    return model().tokenizer();
  }

  /** The LLM, with the bundle's adapter merged in; closed with the pipeline. */
  public Backbone backbone() {
    return model().backbone();
  }

  /** Which LLM it is. */
  public BackboneId backboneId() {
    return model().id();
  }

  /** The trained graphs. */
  public TrainedGraphs graphs() {
    return graphs;
  }

  /** What may be seen of everybody's behaviour. */
  public VisibleHistory visible() {
    return visible;
  }

  /** What the graph of labels says of candidates. */
  public CandidateFeatures features() {
    return snapshot.features();
  }

  /** How prompts are written: as the bundle was trained, else as the options say. */
  public PromptSettings promptSettings() {
    return bundle == null ? settings.prompt() : bundle.dataset().prompt();
  }

  /** Most behaviours of a user in a prompt. */
  public int history() {
    return bundle == null ? settings.history() : bundle.retriever().history();
  }

  /**
   * Writes prompts of the data, in the wording that the bundle was trained with.
   *
   * @param prompts what goes into them
   */
  public PromptAssembler assembler(PromptSettings prompts) {
    int template = bundle == null ? PromptAssembler.TEMPLATE : bundle.dataset().template();
    return new PromptAssembler(data, model().tokenizer(), prompts, template);
  }

  /**
   * The LLM as it was published, with a retriever.
   *
   * @param retriever one of {@link #RETRIEVERS}; the scorer is called so too
   * @throws UserException if there is no such retriever
   */
  public PipelineScorer zeroShot(String retriever) {
    PromptSettings prompts = promptSettings();
    return scorer(
        retriever,
        retrieverSettings(retriever),
        prompts,
        FeatureSource.NONE,
        Scorer.zeroShot(model().backbone(), model().tokenizer(), prompts.format()));
  }

  /**
   * The bundle as it was trained, under one of its policies.
   *
   * @param name of the scorer in tables
   * @param policy when candidates leave
   * @throws IllegalStateException if the pipeline was opened without a bundle
   */
  public PipelineScorer trained(String name, ExitPolicy policy) {
    return trained(name, required().scorer(model().backbone(), policy));
  }

  /**
   * The bundle's prompts and features, read by a scorer.
   *
   * @param name of the scorer in tables
   * @param scorer reads them
   * @throws IllegalStateException if the pipeline was opened without a bundle
   */
  public PipelineScorer trained(String name, Scorer scorer) {
    return scorer(name, required().retriever(), promptSettings(), scaledFeatures(), scorer);
  }

  private PipelineScorer scorer(
      String name,
      RetrieverSettings retriever,
      PromptSettings prompts,
      FeatureSource source,
      Scorer scorer) {
    Built built = retriever(retriever);
    return new PipelineScorer(
        name,
        new RankingPipeline(
            new PromptPipeline(built.retriever, assembler(prompts), source),
            PromptTexts.of(data),
            scorer),
        built.seconds);
  }

  /**
   * The LLM as it was published, for requests by ids.
   *
   * @param retriever one of {@link #RETRIEVERS}
   * @throws UserException if there is no such retriever
   */
  public RequestRanker ranker(String retriever) {
    PromptSettings prompts = promptSettings();
    RetrieverSettings named = retrieverSettings(retriever);
    return new RequestRanker(
        new RequestPrompts(
            new ImportedKnowledge(snapshot),
            new RequestPrompts.Parts(
                assembler(prompts),
                (of, figures) -> FeatureSource.NONE,
                of -> Retrievers.of(named, of, new Sources())),
            () -> {}),
        Scorer.zeroShot(model().backbone(), model().tokenizer(), prompts.format()));
  }

  /**
   * What the bundle's heads read beside the LLM's states.
   *
   * @throws IllegalStateException if the pipeline was opened without a bundle
   */
  public FeatureSource scaledFeatures() {
    return required().features(figures(required().featureNames()));
  }

  /**
   * Figures of candidates, not scaled.
   *
   * @param names of {@link FeatureGroups.Kind#names}, in order
   * @throws UserException if there is no figure of a name
   */
  public FeatureSource figures(List<String> names) {
    FeatureGroups.Reader reader =
        groups.reading(names, sequence, workplace.cache(), workplace.progress());
    open.add(reader);
    return reader.of(snapshot, snapshot.features());
  }

  /** The file of the model of sequences, if its figures were asked for. */
  Optional<Path> sequence() {
    return sequence.file();
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
    return retriever(RetrieverSettings.named(name, history));
  }

  /**
   * The retriever of some settings; it is closed with the pipeline.
   *
   * @param retriever which, and how much it tells
   */
  public Built retriever(RetrieverSettings retriever) {
    Sources sources = new Sources();
    long start = System.nanoTime();
    SnapshotRetriever made = Retrievers.of(retriever, snapshot, sources);
    double seconds = (System.nanoTime() - start) / 1e9 - sources.waited;
    open.add(made);
    return new Built(made.with(visible, PromptTexts.of(data)), sources.before + seconds);
  }

  /**
   * The settings of a retriever.
   *
   * @param name one of {@link #RETRIEVERS}
   * @throws UserException if there is no such retriever
   */
  public RetrieverSettings retrieverSettings(String name) {
    return RetrieverSettings.named(name, history());
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

  /** Tokens that read as histories do: what a model is brought to 8 bits with. */
  public int[] sample() {
    return LoadedModel.sample(data.items(), model().tokenizer());
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
          new ItemEmbeddingStore(workplace.cache())
              .require(
                  data.name(),
                  data.items(),
                  model().id().name(),
                  model().backbone(),
                  model().tokenizer(),
                  workplace.progress());
      before = embedded.buildSeconds();
      waited = (System.nanoTime() - start) / 1e9;
      return embedded.items();
    }
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

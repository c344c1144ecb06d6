package org.optirag.spark.score;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.Device;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.retrieval.Bm25Retriever;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.LightGcnFile;
import org.optirag.retrieval.RecentRetriever;
import org.optirag.retrieval.Retriever;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.Score;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.bundle.BackboneId;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * A bundle with its data and its backbone, ready to score what comes after training: one in a
 * process, shared by all its tasks. Safe for use from many threads.
 */
final class BundledScorer {
  /** Contexts that single rows of one user share. */
  private static final long CACHE_BYTES = 256L << 20;

  private final Dataset data;
  private final VisibleHistory visible;
  private final Retriever retriever;
  private final PromptAssembler assembler;
  private final FeatureSource features;
  private final Scorer scorer;
  private final Scorer remembering;

  private BundledScorer(ScoringSettings settings, CacheDirectory cache) {
    Bundle bundle =
        Bundle.open(
            Fetched.directory(settings.bundle(), "bundle.json", settings.bundleSha(), cache));
    this.data =
        ImportedDataset.open(
                Fetched.directory(settings.data(), "dataset.json", settings.dataSha(), cache))
            .load();
    Split split = data.split(bundle.splitOf(data));
    this.visible = VisibleHistory.of(data, split);
    this.retriever = retriever(bundle, split, settings);
    var schema = bundle.dataset().features();
    this.features =
        schema == null
            ? FeatureSource.NONE
            : new ScaledFeatures(
                new CandidateFeatures(data, visible), schema.scaling(), schema.units());
    Backbone.setThreads(1); // tasks are the threads
    String name = bundle.manifest().backbone().name();
    Path model = new ModelStore(cache).require(name, Progress.silent());
    Tokenizer tokenizer = Tokenizers.open(model);
    this.assembler = new PromptAssembler(data, tokenizer, bundle.dataset().prompt());
    Backbone backbone;
    try (Weights weights = WeightFiles.open(model)) {
      bundle.requireBackbone(BackboneId.of(name, model, weights.config()));
      Optional<Path> adapter = bundle.adapter();
      Weights adapted =
          adapter.isEmpty() ? weights : LoraAdapter.read(adapter.get()).mergedInto(weights);
      backbone = Backbone.load(adapted, settings.dtype(), Device.CPU, Progress.silent());
    }
    ExitPolicy policy =
        settings.policy().equals("chosen")
            ? bundle.plan().policy()
            : ExitPolicy.parse(settings.policy());
    this.scorer = bundle.scorer(backbone, policy);
    this.remembering = scorer.remembering(new ContextCache(backbone, CACHE_BYTES));
  }

  static BundledScorer open(ScoringSettings settings, CacheDirectory cache) {
    return new BundledScorer(settings, cache);
  }

  private Retriever retriever(Bundle bundle, Split split, ScoringSettings settings) {
    int history = bundle.history();
    return switch (bundle.retriever()) {
      case "none" -> RecentRetriever.none(visible);
      case "recent" -> RecentRetriever.recent(visible, history);
      case "popular" -> RecentRetriever.popular(visible, history);
      case "bm25" -> new Bm25Retriever(visible, data.items(), history);
      case "gcn" ->
          new GcnRetriever(
              visible,
              GraphTimeline.frozen(
                  new GraphSnapshot(
                      Graph.of(split.train(), data.users().size(), data.items().size()),
                      graph(bundle, settings))),
              GcnRetriever.Settings.DEFAULT.withHistory(history));
      default ->
          throw new UserException(
              "Jobs do not know the bundle's retriever \"" + bundle.retriever() + "\".",
              "Score with 'optirag evaluate', or train a bundle with gcn, bm25, recent or none.");
    };
  }

  private LightGcn graph(Bundle bundle, ScoringSettings settings) {
    if (settings.graph() != null) {
      LightGcn given = LightGcnFile.read(Path.of(settings.graph())).model();
      if (given.users().rows() != data.users().size()
          || given.items().rows() != data.items().size()) {
        throw new UserException(
            "%s has %d users and %d items, %s has %d and %d."
                .formatted(
                    settings.graph(),
                    given.users().rows(),
                    given.items().rows(),
                    settings.data(),
                    data.users().size(),
                    data.items().size()),
            "Make it again with the job 'graph' from the same data.");
      }
      return given;
    }
    return bundle
        .graphOf(data)
        .orElseThrow(() ->
            new UserException(
                "The bundle's graph knows other users and items than " + settings.data() + ".",
                "Give --graph, the file that the job 'graph' writes with --file."));
  }

  /** A moment after all that is known. */
  long afterAll() {
    Interactions all = data.interactions();
    return all.size() == 0 ? 0 : all.time(all.size() - 1) + 1;
  }

  /** The user's number, if the data know the id. */
  OptionalInt user(String id) {
    return data.users().ids().number(id);
  }

  /** The item's number, if the data know the id. */
  OptionalInt item(String id) {
    return data.items().ids().number(id);
  }

  /**
   * Scores candidates of one user on one context.
   *
   * @throws UserException if the moment lies within training, whose graphs a bundle does not hold
   */
  List<Score> score(int user, int[] items, long time) {
    return scorer.score(prompt(user, items, time));
  }

  /** The same for a single row, with contexts remembered from row to row. */
  Score scoreAlone(int user, int item, long time) {
    return remembering.score(prompt(user, new int[] {item}, time)).getFirst();
  }

  private Prompt prompt(int user, int[] items, long time) {
    if (time <= visible.horizon().last()) {
      throw new UserException(
          "The time %d lies within the training part, which ends at %d."
              .formatted(time, visible.horizon().last()),
          "Score later impressions; 'optirag evaluate' scores those within training.");
    }
    return assembler
        .assemble(user, items, retriever.retrieve(user, items, time))
        .withFeatures(features.of(user, items, time));
  }
}

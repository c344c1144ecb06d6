package org.optirag.spark.score;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.evaluation.PipelineScorer;
import org.optirag.evaluation.StageTimes;
import org.optirag.recommender.PromptPipeline;
import org.optirag.recommender.RankingPipeline;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.GcnRetriever;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.GraphTimeline;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptTexts;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** The pipeline of a single machine on MovieLens-100K and its shipped bundle. */
record SingleMachine(Path directory, Dataset data, PipelineScorer scorer) {
  static final Path BUNDLE =
      Path.of("..", "bundles", "movielens-100k").toAbsolutePath().normalize();

  /** The first head after a block: as it was calibrated, the bundle asks no LLM. */
  static final String POLICY = "fixed:2";

  static SingleMachine open() {
    CacheDirectory cache = CacheDirectory.standard();
    DatasetStore store = new DatasetStore(cache);
    Dataset data = store.require("movielens-100k", Progress.silent());
    Bundle bundle = Bundle.open(BUNDLE);
    Split split = data.split();
    VisibleHistory visible = VisibleHistory.of(data, split);
    Path model =
        new ModelStore(cache).require(bundle.manifest().backbone().name(), Progress.silent());
    Backbone.setThreads(1);
    try (Weights weights = WeightFiles.open(model)) {
      Backbone backbone =
          Backbone.load(
              LoraAdapter.read(bundle.adapter().orElseThrow()).mergedInto(weights),
              DType.F32,
              Device.CPU,
              Progress.silent());
      Graph graph = Graph.of(split.train(), data.users().size(), data.items().size());
      FeatureSchema schema = Objects.requireNonNull(bundle.dataset().features());
      return new SingleMachine(
          store.find("movielens-100k").directory(),
          data,
          new PipelineScorer(
              "single",
              new RankingPipeline(
                  new PromptPipeline(
                      new GcnRetriever(
                          visible,
                          GraphTimeline.frozen(
                              new GraphSnapshot(graph, bundle.graph().orElseThrow().model())),
                          (RetrieverSettings.Gcn) bundle.retriever()),
                      new PromptAssembler(data, Tokenizers.open(model), bundle.dataset().prompt()),
                      new ScaledFeatures(
                          new CandidateFeatures(data, visible)::of,
                          schema.scaling(),
                          schema.units())),
                  PromptTexts.of(data),
                  bundle.scorer(backbone, ExitPolicy.parse(POLICY))),
              0));
    }
  }

  long afterAll() {
    return data.interactions().time(data.interactions().size() - 1) + 1;
  }

  double[] score(String user, List<String> items, long time) {
    int[] numbers =
        items.stream().mapToInt(item -> data.items().ids().number(item).orElseThrow()).toArray();
    return scorer.score(
        data.users().ids().number(user).orElseThrow(), numbers, time, new StageTimes());
  }
}

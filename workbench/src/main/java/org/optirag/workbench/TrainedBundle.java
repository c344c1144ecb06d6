package org.optirag.workbench;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.dataset.store.Manifest;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.scoring.bundle.BundleContents;
import org.optirag.scoring.bundle.BundleManifest;
import org.optirag.scoring.bundle.BundledGraph;
import org.optirag.scoring.bundle.DataFingerprint;
import org.optirag.scoring.bundle.DatasetSchema;
import org.optirag.scoring.bundle.Inference;
import org.optirag.training.HeadSpread;
import org.optirag.training.TrainingResult;
import org.optirag.training.TrainingSettings;

/**
 * What training gave, on its way into a bundle.
 *
 * @param pipeline data and model
 * @param retriever what the examples' prompts tell
 * @param prompts how the examples were written
 * @param zero head 0, or null where heads read the LLM alone
 * @param settings how it was trained
 * @param result adapter and heads
 * @param told what else one needs to repeat it
 */
record TrainedBundle(
    Pipeline pipeline,
    RetrieverSettings retriever,
    PromptSettings prompts,
    @Nullable HeadZero zero,
    TrainingSettings settings,
    TrainingResult result,
    Map<String, String> told) {

  /** Everything that scoring needs, uncalibrated. */
  BundleContents contents(Manifest manifest) {
    SortedMap<Integer, ExitHead> heads = new TreeMap<>();
    if (zero != null) {
      heads.put(0, zero.head());
    }
    result.heads().forEach(placed -> heads.put(placed.block(), placed.head()));
    List<Integer> exits = List.copyOf(heads.keySet());
    LoraAdapter adapter = result.adapter();
    Optional<BundleContents.AdapterWriter> adapterWriter =
        adapter == null ? Optional.empty() : Optional.of(adapter::write);
    Optional<BundledGraph> embeddings =
        retriever instanceof RetrieverSettings.Gcn
            ? Optional.of(
                new BundledGraph(
                    pipeline.graphs().whole().model(),
                    pipeline.data().users().ids(),
                    pipeline.data().items().ids()))
            : Optional.empty();
    return new BundleContents(
        Instant.now(),
        pipeline.backboneId(),
        new Inference(
            Inference.Retriever.of(retriever),
            pipeline.settings().splitName(),
            settings.seed(),
            exits,
            pipeline.backbone().dtype(),
            DataFingerprint.of(pipeline.data().users().ids(), pipeline.data().items().ids())),
        new BundleManifest.Training(
            manifest.name(),
            adapter == null ? "exit heads" : "LoRA and exit heads",
            Map.of("training", settings.seed()),
            told),
        adapterWriter,
        heads,
        uncalibrated(exits, pipeline.backbone().config().blocks()),
        embeddings,
        zero == null ? Optional.empty() : zero.trees(),
        zero != null && zero.schema().readsSequence() ? pipeline.sequence() : Optional.empty(),
        new DatasetSchema(
            manifest.name(),
            manifest.noun(),
            manifest.timed(),
            manifest.rules(),
            manifest.itemFields(),
            manifest.userFields(),
            prompts,
            PromptAssembler.TEMPLATE,
            zero == null ? null : zero.schema()),
        metrics(result));
  }

  /** What it reached, and what moves each head's log ratio. */
  static Map<String, Map<String, Double>> metrics(TrainingResult result) {
    Map<String, Map<String, Double>> metrics = new TreeMap<>();
    metrics.put("validation", Map.of("auc", result.bestAuc()));
    for (int head = 0; head < result.heads().size(); head++) {
      HeadSpread spread = result.spreads().get(head);
      metrics.put(
          "validation, log ratio after block " + result.heads().get(head).block(),
          Map.of("deviation from features", spread.features(), "deviation from llm", spread.llm()));
    }
    return metrics;
  }

  /** Until it is calibrated a bundle runs at full depth. */
  private static ExitPlan uncalibrated(List<Integer> blocks, int depth) {
    Integer[] exits = new Integer[blocks.size()];
    Arrays.fill(exits, 0);
    Double[] unknown = new Double[blocks.size()];
    Arrays.fill(unknown, 0.0);
    return new ExitPlan(
        new ExitPolicy.None(),
        "not calibrated",
        Collections.nCopies(blocks.size(), HeadCalibration.IDENTITY),
        TraceScore.LAST,
        new TradeOffCurve(
            blocks,
            List.of(unknown),
            List.of(
                new TradeOffPoint(
                    new ExitPolicy.None(),
                    (double) blocks.getLast() / depth,
                    List.of(exits),
                    0,
                    0,
                    0,
                    0,
                    1,
                    1))),
        List.of());
  }
}

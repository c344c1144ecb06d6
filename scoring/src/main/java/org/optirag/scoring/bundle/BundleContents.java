package org.optirag.scoring.bundle;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.optirag.backbone.ExitHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.trees.BoostedTrees;

/**
 * What a bundle is made of.
 *
 * @param created when
 * @param backbone what it was trained on
 * @param inference what inference needs beside the tensors
 * @param training how
 * @param adapter writes the LoRA adapter in PEFT's layout; absent for heads alone
 * @param heads the exit heads by their block
 * @param plan policy, calibration and curve of these heads
 * @param graph embeddings, absent where the retriever needs none
 * @param trees that read the candidates' figures, absent where heads read them one by one
 * @param sequence the file of the model of sequences, absent where nothing reads its figures
 * @param dataset schema and prompt
 * @param metrics what it reached: split, figure, value
 */
public record BundleContents(
    Instant created,
    BackboneId backbone,
    Inference inference,
    BundleManifest.Training training,
    Optional<AdapterWriter> adapter,
    SortedMap<Integer, ExitHead> heads,
    ExitPlan plan,
    Optional<BundledGraph> graph,
    Optional<BoostedTrees> trees,
    Optional<Path> sequence,
    DatasetSchema dataset,
    Map<String, Map<String, Double>> metrics) {

  /** Checks that the heads are those of the plan, and fit the backbone. */
  public BundleContents {
    heads = new TreeMap<>(heads);
    List<Integer> blocks = new ArrayList<>(heads.keySet());
    if (!blocks.equals(plan.curve().blocks())) {
      throw new IllegalArgumentException(
          "heads after blocks %s, a plan for %s".formatted(blocks, plan.curve().blocks()));
    }
    if (!blocks.equals(inference.exits())) {
      throw new IllegalArgumentException(
          "heads after blocks %s, exits after %s".formatted(blocks, inference.exits()));
    }
    if (blocks.getFirst() < 0 || blocks.getLast() > backbone.blocks()) {
      throw new IllegalArgumentException(
          "heads after blocks %s of %d".formatted(blocks, backbone.blocks()));
    }
    FeatureSchema features = dataset.features();
    boolean reads = features != null && features.model() == FeatureSchema.Model.TREES;
    if (reads != trees.isPresent()) {
      throw new IllegalArgumentException("the features' schema and the trees differ");
    }
    if (features != null && features.readsSequence() != sequence.isPresent()) {
      throw new IllegalArgumentException("the features' schema and the model of sequences differ");
    }
    heads.forEach((block, head) -> {
      if (head.hidden() != (block == 0 ? 0 : backbone.hidden())) {
        throw new IllegalArgumentException(
            "the head after block %d has width %d, the backbone %d"
                .formatted(block, head.hidden(), backbone.hidden()));
      }
    });
  }

  /** Writes an adapter's files into a directory. */
  @FunctionalInterface
  public interface AdapterWriter {
    /** Writes into {@code directory}, which exists and is empty. */
    void writeTo(Path directory);
  }
}

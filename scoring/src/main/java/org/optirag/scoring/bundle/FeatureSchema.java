package org.optirag.scoring.bundle;

import java.util.Arrays;
import java.util.List;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.FeatureScaling;
import org.optirag.retrieval.ReluFeatures;
import org.optirag.workspace.UserException;

/**
 * What a bundle's heads read beside the LLM's states.
 *
 * @param names what the figures are, in order
 * @param mean of each over the training examples
 * @param deviation of each over the training examples
 * @param unitWeights of the units over them, [units][features]
 * @param unitBias of the units
 */
public record FeatureSchema(
    List<String> names,
    List<Float> mean,
    List<Float> deviation,
    List<List<Float>> unitWeights,
    List<Float> unitBias) {
  /** Copies the lists. */
  public FeatureSchema {
    names = List.copyOf(names);
    mean = List.copyOf(mean);
    deviation = List.copyOf(deviation);
    unitWeights = unitWeights.stream().map(List::copyOf).toList();
    unitBias = List.copyOf(unitBias);
    int features = names.size();
    if (unitWeights.size() != unitBias.size()
        || unitWeights.stream().anyMatch(unit -> unit.size() != features)) {
      throw new IllegalArgumentException(
          "%d units with %d biases over %d features"
              .formatted(unitWeights.size(), unitBias.size(), features));
    }
    if (mean.size() != names.size() || deviation.size() != names.size()) {
      throw new IllegalArgumentException(
          "%d features, %d means, %d deviations"
              .formatted(names.size(), mean.size(), deviation.size()));
    }
  }

  /** All figures of the graph, on the given scale, and units over them. */
  public static FeatureSchema of(FeatureScaling scaling, ReluFeatures units) {
    return new FeatureSchema(
        CandidateFeatures.NAMES,
        boxed(scaling.mean()),
        boxed(scaling.deviation()),
        Arrays.stream(units.weights()).map(FeatureSchema::boxed).toList(),
        boxed(units.bias()));
  }

  /**
   * The scale that the heads were trained on.
   *
   * @throws UserException if this program computes other figures
   */
  public FeatureScaling scaling() {
    if (!names.equals(CandidateFeatures.NAMES)) {
      throw new UserException(
          "The bundle's heads read the features %s, this OptiRAG computes %s."
              .formatted(names, CandidateFeatures.NAMES),
          "Use the OptiRAG that it was trained with, or train it again.");
    }
    return new FeatureScaling(unboxed(mean), unboxed(deviation));
  }

  /** The units that the heads were trained on. */
  public ReluFeatures units() {
    return new ReluFeatures(
        unitWeights.stream().map(FeatureSchema::unboxed).toArray(float[][]::new),
        unboxed(unitBias));
  }

  private static List<Float> boxed(float[] values) {
    Float[] boxed = new Float[values.length];
    for (int i = 0; i < boxed.length; i++) {
      boxed[i] = values[i];
    }
    return List.of(boxed);
  }

  private static float[] unboxed(List<Float> values) {
    float[] plain = new float[values.size()];
    for (int i = 0; i < plain.length; i++) {
      plain[i] = values.get(i);
    }
    return plain;
  }
}

package org.optirag.scoring.bundle;

import java.util.Arrays;
import java.util.List;
import org.optirag.retrieval.FeatureScaling;
import org.optirag.retrieval.ReluFeatures;
import org.optirag.retrieval.sequence.SequenceFeatures;

/**
 * What a bundle's heads read beside the LLM's states.
 *
 * @param model how the figures are read
 * @param names what the figures are, in order
 * @param mean of each over the training examples
 * @param deviation of each over the training examples
 * @param unitWeights of the units over them, [units][features]
 * @param unitBias of the units
 */
public record FeatureSchema(
    Model model,
    List<String> names,
    List<Float> mean,
    List<Float> deviation,
    List<List<Float>> unitWeights,
    List<Float> unitBias) {
  /** How figures are read. */
  public enum Model {
    /** Heads read them one by one, scaled, and units over them. */
    LINEAR,
    /** Heads read the log odds that boosted trees make of them; they have no scale. */
    TREES
  }

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
    int scaled = model == Model.LINEAR ? features : 0;
    if (mean.size() != scaled || deviation.size() != scaled) {
      throw new IllegalArgumentException(
          "%d features, %d means, %d deviations"
              .formatted(names.size(), mean.size(), deviation.size()));
    }
  }

  /** Figures that boosted trees read. */
  public static FeatureSchema ofTrees(List<String> names) {
    return new FeatureSchema(Model.TREES, names, List.of(), List.of(), List.of(), List.of());
  }

  /** Figures on the given scale, and units over them. */
  public static FeatureSchema of(List<String> names, FeatureScaling scaling, ReluFeatures units) {
    return new FeatureSchema(
        Model.LINEAR,
        names,
        boxed(scaling.mean()),
        boxed(scaling.deviation()),
        Arrays.stream(units.weights()).map(FeatureSchema::boxed).toList(),
        boxed(units.bias()));
  }

  /** What the numbers are called that heads read, in order. */
  public List<String> read() {
    return model == Model.TREES ? List.of("trees") : names;
  }

  /** Whether a figure is one that a model of sequences gives. */
  public boolean readsSequence() {
    return names.stream().anyMatch(SequenceFeatures.NAMES::contains);
  }

  /** The scale that the heads were trained on. */
  public FeatureScaling scaling() {
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

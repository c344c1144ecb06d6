package org.optirag.scoring.bundle;

import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.workspace.UserException;

/**
 * heads.safetensors: for the head after block b the tensors {@code head.b.norm}, {@code head.b.no}
 * and {@code head.b.yes}, [hidden], and {@code head.b.epsilon}, [1]. What a head adds to the logit
 * of Yes is {@code head.b.features}, [features], and {@code head.b.bias}, [1]; both may be absent.
 * The head before the first block, {@code head.0}, has features and a bias alone.
 */
final class HeadsFile {
  private static final Pattern NAME =
      Pattern.compile("head\\.(0|[1-9]\\d{0,3})\\.(norm|no|yes|epsilon|features|bias)");

  private static final int MOST_FEATURES = 10_000;

  private HeadsFile() {}

  static void write(Path target, SortedMap<Integer, ExitHead> heads) {
    SafetensorsWriter writer = new SafetensorsWriter();
    heads.forEach((block, head) -> {
      String prefix = "head." + block + ".";
      if (block > 0) {
        writer
            .tensor(prefix + "norm", head.norm(), head.hidden())
            .tensor(prefix + "no", head.no(), head.hidden())
            .tensor(prefix + "yes", head.yes(), head.hidden())
            .tensor(prefix + "epsilon", new float[] {head.epsilon()}, 1);
      }
      if (head.features() > 0) {
        writer.tensor(prefix + "features", head.featureWeights(), head.features());
      }
      if (head.bias() != 0) {
        writer.tensor(prefix + "bias", new float[] {head.bias()}, 1);
      }
    });
    writer.write(target);
  }

  /**
   * Reads the heads.
   *
   * @throws UserException if the file is broken, or a head does not fit the backbone
   */
  static SortedMap<Integer, ExitHead> read(Path file, BackboneId backbone) {
    SortedMap<Integer, ExitHead> heads = new TreeMap<>();
    try (SafetensorsFile tensors = SafetensorsFile.open(file)) {
      Map<String, long[]> shapes = tensors.shapes();
      for (String name : shapes.keySet()) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
          throw broken(file, "it has a tensor \"" + name + "\"");
        }
        int block = Integer.parseInt(matcher.group(1));
        if (block > backbone.blocks()) {
          throw broken(
              file,
              "it has a head after block %d, %s has %d blocks"
                  .formatted(block, backbone.name(), backbone.blocks()));
        }
        if (!heads.containsKey(block)) {
          heads.put(block, read(file, tensors, shapes, block, backbone.hidden()));
        }
      }
    }
    if (heads.isEmpty()) {
      throw broken(file, "it has no heads");
    }
    return heads;
  }

  private static ExitHead read(
      Path file, SafetensorsFile tensors, Map<String, long[]> shapes, int block, int hidden) {
    String prefix = "head." + block + ".";
    long[] features = shapes.getOrDefault(prefix + "features", new long[] {0});
    if (features.length != 1 || features[0] > MOST_FEATURES) {
      throw broken(file, prefix + "features is not a vector of at most " + MOST_FEATURES);
    }
    float[] weights =
        features[0] == 0
            ? new float[0]
            : vector(file, tensors, shapes, prefix + "features", (int) features[0]);
    float bias =
        shapes.containsKey(prefix + "bias")
            ? vector(file, tensors, shapes, prefix + "bias", 1)[0]
            : 0;
    if (block == 0) {
      return ExitHead.ofFeatures(weights, bias);
    }
    return new ExitHead(
        vector(file, tensors, shapes, prefix + "norm", hidden),
        vector(file, tensors, shapes, prefix + "epsilon", 1)[0],
        vector(file, tensors, shapes, prefix + "no", hidden),
        vector(file, tensors, shapes, prefix + "yes", hidden),
        weights,
        bias);
  }

  private static float[] vector(
      Path file, SafetensorsFile tensors, Map<String, long[]> shapes, String name, int length) {
    long[] shape = shapes.get(name);
    if (shape == null || shape.length != 1 || shape[0] != length) {
      throw broken(file, "%s is not a vector of %d values".formatted(name, length));
    }
    float[] values = tensors.read(name);
    for (float value : values) {
      if (!Float.isFinite(value)) {
        throw broken(file, name + " holds a value that is not finite");
      }
    }
    return values;
  }

  private static UserException broken(Path file, String problem) {
    return new UserException(
        file + " is broken: " + problem + ".", "Take the bundle again from where it came from.");
  }
}

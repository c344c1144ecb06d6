package org.optirag.backbone;

import java.nio.file.Path;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** The default model, downloaded into the user's cache on first use. */
public final class RealModel {
  /** The default model's name. */
  public static final String NAME = "smollm2-135m-instruct";

  private RealModel() {}

  /** Its file. */
  public static Path path() {
    return new ModelStore(CacheDirectory.standard()).require(NAME, Progress.silent());
  }

  /** Its blocks, loaded. */
  public static Backbone load(DType dtype) {
    try (Weights weights = WeightFiles.open(path())) {
      return Backbone.load(weights, dtype, Device.CPU, Progress.silent());
    }
  }
}

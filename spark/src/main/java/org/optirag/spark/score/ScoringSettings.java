package org.optirag.spark.score;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.scoring.ExitPolicy;
import org.optirag.workspace.UserException;

/**
 * What executors score with. Travels with every task, so it names things and holds none.
 *
 * @param bundle directory of the bundle: on every node, or on any file system that Spark knows
 * @param data directory of the imported data set, likewise
 * @param bundleSha sha256 of the bundle's bundle.json, which names the sha256 of all else
 * @param dataSha sha256 of the data set's dataset.json
 * @param graph safetensors file of embeddings for other users and items than the bundle's, or null
 * @param events JSON lines of what happened since the import, on every node, or null
 * @param policy an exit policy, or "chosen" for the bundle's own
 * @param dtype numbers of the projections
 * @param candidates most candidates that are scored together
 */
public record ScoringSettings(
    String bundle,
    String data,
    String bundleSha,
    String dataSha,
    @Nullable String graph,
    @Nullable String events,
    String policy,
    DType dtype,
    int candidates)
    implements Serializable {
  /** Checks what can be checked without the files. */
  public ScoringSettings {
    if (candidates < 1) {
      throw new UserException(
          candidates + " candidates at a time are not possible.", "Give 1 or more.");
    }
    if (dtype == DType.INT8) {
      throw new UserException(
          "Jobs do not score in int8: what it rounds depends on a sample of titles.",
          "Give auto, bf16 or f32.");
    }
    if (!policy.equals("chosen")) {
      ExitPolicy.parse(policy);
    }
  }
}

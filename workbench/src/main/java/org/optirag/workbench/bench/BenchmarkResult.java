package org.optirag.workbench.bench;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.evaluation.bench.BenchRow;
import org.optirag.evaluation.bench.Ceilings;
import org.optirag.evaluation.bench.Profile;

/**
 * The result, as JSON has it. Immutable and safe for use from several threads.
 *
 * @param products what this processor multiplies fastest with
 * @param ceilings what the machine can do at best
 * @param rows each setting of this system beside each peer, on each workload
 * @param profiles where the time goes, if that was asked for
 * @param versions of the peers that were there
 * @param leftOut who was not timed, and why
 */
public record BenchmarkResult(
    ProductSpeeds products,
    Ceilings ceilings,
    List<BenchRow> rows,
    List<Profile> profiles,
    Map<String, String> versions,
    List<String> leftOut) {
  /** Copies, keeping the order. */
  public BenchmarkResult {
    rows = List.copyOf(rows);
    profiles = List.copyOf(profiles);
    versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    leftOut = List.copyOf(leftOut);
  }
}

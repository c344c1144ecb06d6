package org.optirag.workbench.bench;

import java.util.List;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.evaluation.bench.BenchRow;
import org.optirag.evaluation.bench.Ceilings;

/** Hears what a benchmark finds while it runs, on the thread that runs it. */
public interface BenchmarkListener {
  /** Hears nothing. */
  BenchmarkListener SILENT = new BenchmarkListener() {};

  /**
   * The turns begin.
   *
   * @param products what this processor multiplies fastest with
   * @param ceilings what the machine can do at best
   */
  default void begun(ProductSpeeds products, Ceilings ceilings) {}

  /**
   * A workload is done.
   *
   * @param rows of this workload
   */
  default void measured(List<BenchRow> rows) {}

  /**
   * Somebody is not timed, or no longer.
   *
   * @param what who, and why
   */
  default void leftOut(String what) {}
}

package org.optirag.training;

import java.util.List;
import org.optirag.backbone.LabelledPrompt;

/** Where training gets its examples, in an order that depends on the epoch alone. */
public interface ExampleSource {
  /** How many batches an epoch has; at least one, the same in every epoch. */
  int batches();

  /**
   * One batch, the same whenever it is asked for.
   *
   * @param epoch from 0
   * @param number 0 to {@link #batches} − 1
   */
  List<LabelledPrompt> batch(int epoch, int number);
}

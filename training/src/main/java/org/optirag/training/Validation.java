package org.optirag.training;

import org.optirag.backbone.TrainableBackbone;

/** Impressions kept aside, which decide when training has been long enough. */
@FunctionalInterface
public interface Validation {
  /** What every head says of them now. */
  HeadLogits read(TrainableBackbone model);
}

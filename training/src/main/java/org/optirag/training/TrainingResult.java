package org.optirag.training;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.PlacedHead;
import org.optirag.backbone.lora.LoraAdapter;

/**
 * What training found: the state with the best validation AUC of the last head.
 *
 * @param steps taken in all
 * @param bestStep after which the best state was reached
 * @param bestAuc the last head's AUC there
 * @param end why training ended
 * @param adapter the best adapter, or null where heads alone were trained
 * @param heads the best heads, shallowest first
 * @param spreads what moves their log ratios on validation, shallowest first
 */
public record TrainingResult(
    int steps,
    int bestStep,
    double bestAuc,
    End end,
    @Nullable LoraAdapter adapter,
    List<PlacedHead> heads,
    List<HeadSpread> spreads) {

  /** Why training ended. */
  public enum End {
    /** All epochs or steps are done. */
    DONE,
    /** The time is up. */
    TIME,
    /** Validation has not become better for long enough. */
    PATIENCE
  }
}

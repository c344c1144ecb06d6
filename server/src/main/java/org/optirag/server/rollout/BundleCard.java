package org.optirag.server.rollout;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.optirag.scoring.TradeOffCurve;

/**
 * What a bundle says of itself.
 *
 * @param name it goes by
 * @param directory where it was read from
 * @param created when it was written
 * @param dataset the data it is for
 * @param backbone the model it was trained on
 * @param dtype of its projections in memory
 * @param blocks L
 * @param heads after which blocks they stand; 0: before the first
 * @param inputs what the numbers are called that heads read beside the LLM's states
 * @param chosen the policy that validation chose
 * @param curve what validation measured
 * @param scoreDeciles of each head's probabilities on validation; empty where not known
 * @param metrics what it reached: split, figure, value
 */
public record BundleCard(
    String name,
    Path directory,
    Instant created,
    String dataset,
    String backbone,
    String dtype,
    int blocks,
    List<Integer> heads,
    List<String> inputs,
    String chosen,
    TradeOffCurve curve,
    List<List<Double>> scoreDeciles,
    Map<String, Map<String, Double>> metrics) {
  /** Copies the lists. */
  public BundleCard {
    heads = List.copyOf(heads);
    inputs = List.copyOf(inputs);
    scoreDeciles = List.copyOf(scoreDeciles);
  }
}

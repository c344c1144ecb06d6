package org.optirag.training;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.AdamW;
import org.optirag.backbone.Objective;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.workspace.UserException;

/**
 * Everything that decides what is learned, but for the data.
 *
 * @param lora the adapter's form, or null to train heads alone
 * @param exits blocks after which heads stand, shallowest first
 * @param headWeights how much each head's loss counts; empty for 1 each
 * @param distillation weight of the other heads' divergence from the last; see {@link Objective}
 * @param temperature of the distillation
 * @param pairwise weight of the ranking of candidates of one prompt; see {@link Objective}
 * @param listwise the same by a softmax over them
 * @param rates learning rates
 * @param optimizer AdamW and clipping
 * @param plan how long, and what for
 * @param seed of the adapter's start, the order of the examples and the dropout
 * @param workers threads that share each batch
 * @param recompute whether to save memory by running blocks twice
 */
public record TrainingSettings(
    @Nullable LoraSettings lora,
    List<Integer> exits,
    List<Double> headWeights,
    double distillation,
    double temperature,
    double pairwise,
    double listwise,
    Rates rates,
    AdamW optimizer,
    TrainingPlan plan,
    long seed,
    int workers,
    boolean recompute) {

  /**
   * Copies the lists.
   *
   * @throws UserException if a number is out of its range
   */
  public TrainingSettings {
    exits = List.copyOf(exits);
    headWeights = List.copyOf(headWeights);
    Checks.require("exits", exits, ascending(exits), "at least one block, in ascending order");
    Checks.require(
        "headWeights",
        headWeights,
        (headWeights.isEmpty() || headWeights.size() == exits.size())
            && headWeights.stream().allMatch(weight -> weight >= 0 && weight < 1e6),
        "a number from 0 on for each of " + exits.size() + " exits");
    Checks.require("distillation", distillation, distillation >= 0, "0 or more");
    Checks.require("temperature", temperature, temperature > 0, "a number above 0");
    Checks.require("pairwise", pairwise, pairwise >= 0, "0 or more");
    Checks.require("listwise", listwise, listwise >= 0, "0 or more");
    Checks.require("workers", workers, workers >= 1, "1 or more");
    if (lora != null) {
      Checks.require(
          "lora.lastBlock",
          lora.lastBlock(),
          lora.lastBlock() <= exits.getLast(),
          "a block up to the last exit, " + exits.getLast());
    }
  }

  private static boolean ascending(List<Integer> exits) {
    for (int i = 0; i < exits.size(); i++) {
      if (exits.get(i) < 1 || (i > 0 && exits.get(i) <= exits.get(i - 1))) {
        return false;
      }
    }
    return !exits.isEmpty();
  }

  Objective objective() {
    double[] weights = new double[exits.size()];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = headWeights.isEmpty() ? 1 : headWeights.get(i);
    }
    return new Objective(weights, distillation, temperature, pairwise, listwise);
  }

  /** What must be the same for training to go on, by name. */
  Map<String, String> essence() {
    Map<String, String> essence = new LinkedHashMap<>();
    essence.put("lora", String.valueOf(lora));
    essence.put("exits", exits.toString());
    essence.put("headWeights", headWeights.toString());
    essence.put("distillation", Double.toString(distillation));
    essence.put("temperature", Double.toString(temperature));
    essence.put("pairwise", Double.toString(pairwise));
    essence.put("listwise", Double.toString(listwise));
    essence.put("rates", rates.toString());
    essence.put("optimizer", optimizer.toString());
    essence.put("plan.accumulation", Integer.toString(plan.accumulation()));
    essence.put("seed", Long.toString(seed));
    return essence;
  }
}

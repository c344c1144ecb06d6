package org.optirag.evaluation.bench;

import org.optirag.backbone.PackedPrompt;

/**
 * What everybody scores.
 *
 * @param name candidates × tokens of the context, for instance "20x500"
 * @param prompt the same token ids for all
 */
public record Workload(String name, PackedPrompt prompt) {

  /** How many candidates there are. */
  int candidates() {
    return prompt.candidates().size();
  }

  /** The same context with the first candidates alone. */
  PackedPrompt first(int most) {
    return most >= candidates()
        ? prompt
        : new PackedPrompt(prompt.context(), prompt.candidates().subList(0, most));
  }
}

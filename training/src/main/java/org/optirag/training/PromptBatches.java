package org.optirag.training;

import java.util.ArrayList;
import java.util.List;
import org.optirag.backbone.LabelledPrompt;

/** Prompts in their order, as many together as a number of tokens allows. */
final class PromptBatches {
  private PromptBatches() {}

  /**
   * Parts prompts.
   *
   * @param most tokens that run at once; a longer prompt runs alone
   */
  static List<List<LabelledPrompt>> of(List<LabelledPrompt> prompts, int most) {
    List<List<LabelledPrompt>> batches = new ArrayList<>();
    int tokens = 0;
    for (LabelledPrompt prompt : prompts) {
      int more = prompt.tokens().tokens();
      if (batches.isEmpty() || tokens + more > most) {
        batches.add(new ArrayList<>());
        tokens = 0;
      }
      batches.getLast().add(prompt);
      tokens += more;
    }
    return batches;
  }
}

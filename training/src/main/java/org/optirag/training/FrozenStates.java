package org.optirag.training;

import java.util.List;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.workspace.Progress;

/**
 * What the LLM as it was published holds at the last token of labelled candidates.
 *
 * @param states residual stream by exit, scaled to a mean square of 1, [exits, candidates, hidden]
 * @param features what heads read beside it, [candidates, features]
 * @param labels [candidates]
 */
record FrozenStates(float[][][] states, float[][] features, boolean[] labels) {

  /** Reads prompts, up to {@code batchTokens} of their tokens at once. */
  static FrozenStates read(
      Backbone backbone,
      List<Integer> exits,
      float epsilon,
      List<LabelledPrompt> prompts,
      int batchTokens,
      Progress progress) {
    int candidates = prompts.stream().mapToInt(prompt -> prompt.labels().length).sum();
    float[][][] states = new float[exits.size()][candidates][];
    float[][] features = new float[candidates][];
    boolean[] labels = new boolean[candidates];
    int at = 0;
    try (Progress.Task task = progress.begin("read states", candidates, "candidate")) {
      for (List<LabelledPrompt> batch : PromptBatches.of(prompts, batchTokens)) {
        try (ForwardPass pass =
            backbone.begin(batch.stream().map(LabelledPrompt::tokens).toList())) {
          for (int exit = 0; exit < states.length; exit++) {
            pass.advanceTo(exits.get(exit));
            float[][] last = pass.lastStates();
            for (int c = 0; c < last.length; c++) {
              states[exit][at + c] = scaled(last[c], epsilon);
            }
          }
        }
        int before = at;
        for (LabelledPrompt prompt : batch) {
          for (int c = 0; c < prompt.labels().length; c++) {
            features[at] = prompt.features()[c];
            labels[at++] = prompt.labels()[c];
          }
        }
        task.advance(at - before);
      }
    }
    return new FrozenStates(states, features, labels);
  }

  private static float[] scaled(float[] state, float epsilon) {
    double squares = 0;
    for (float x : state) {
      squares += (double) x * x;
    }
    double scale = 1 / Math.sqrt(squares / state.length + epsilon);
    float[] scaled = new float[state.length];
    for (int i = 0; i < state.length; i++) {
      scaled[i] = (float) (state[i] * scale);
    }
    return scaled;
  }
}

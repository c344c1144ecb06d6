package org.optirag.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.PlacedHead;
import org.optirag.evaluation.LogLoss;
import org.optirag.evaluation.Predictions;
import org.optirag.workspace.Progress;

/**
 * Heads to begin with: each a logistic regression on what the LLM, not yet trained, holds after its
 * block, added to what the head reads of a candidate's features. The LLM's own answer says nothing
 * in the middle of its depth, and a head that begins with it has everything to learn a few labels
 * at a time; this begins at the best that a head can do with the LLM as it is, for one pass without
 * a way back.
 *
 * @param learned what is fitted to
 * @param held by whose log loss each head's ridge is chosen
 */
public record FittedHeads(List<LabelledPrompt> learned, List<LabelledPrompt> held)
    implements HeadStart {
  /** Strongest first; what a head takes from a small sample must be held in. */
  private static final double[] RIDGES = {100, 10, 3, 1, 0.3, 0.1, 0.03, 0.01, 0.003};

  private static final int BATCH_TOKENS = 512;

  private static final int BATCH_TOKENS_ON_GPU = 4096;

  @Override
  public List<PlacedHead> heads(
      Backbone backbone, ExitHead start, List<Integer> exits, Progress progress) {
    int tokens = backbone.onGpu() ? BATCH_TOKENS_ON_GPU : BATCH_TOKENS;
    FrozenStates train =
        FrozenStates.read(backbone, exits, start.epsilon(), learned, tokens, progress);
    FrozenStates watched =
        FrozenStates.read(backbone, exits, start.epsilon(), held, tokens, progress);
    double[] known = known(start, train.features());
    double[] knownHeld = known(start, watched.features());
    List<PlacedHead> heads = new ArrayList<>();
    try (Progress.Task task = progress.begin("fit heads", exits.size(), "head")) {
      for (int exit = 0; exit < exits.size(); exit++) {
        float[][] heldStates = watched.states()[exit];
        LinearProbe best =
            LinearProbe.fit(train.states()[exit], known, train.labels(), RIDGES).stream()
                .min(
                    Comparator.comparingDouble(
                        probe -> loss(probe, heldStates, knownHeld, watched.labels())))
                .orElseThrow();
        heads.add(new PlacedHead(exits.get(exit), head(start, best)));
        task.advance(1);
      }
    }
    return heads;
  }

  /** The log odds that the features alone give, [candidates]. */
  private static double[] known(ExitHead start, float[][] features) {
    return Arrays.stream(features).mapToDouble(start::fromFeatures).toArray();
  }

  private static double loss(
      LinearProbe probe, float[][] states, double[] known, boolean[] labels) {
    double[] probabilities = new double[labels.length];
    Arrays.setAll(probabilities, c -> 1 / (1 + Math.exp(-(known[c] + probe.of(states[c])))));
    return LogLoss.of(new Predictions(probabilities, labels, new int[labels.length]));
  }

  private static ExitHead head(ExitHead start, LinearProbe probe) {
    int hidden = start.hidden();
    float[] plain = new float[hidden];
    Arrays.fill(plain, 1);
    float[] yes = new float[hidden];
    for (int i = 0; i < hidden; i++) {
      yes[i] = (float) probe.weights()[i];
    }
    return new ExitHead(
        plain,
        start.epsilon(),
        new float[hidden],
        yes,
        start.featureWeights(),
        (float) (start.bias() + probe.bias()));
  }
}

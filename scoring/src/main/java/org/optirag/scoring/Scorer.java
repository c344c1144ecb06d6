package org.optirag.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.tokenizer.Tokenizer;

/**
 * Runs prompts through the backbone under an exit policy. All candidates stand at the same block;
 * after each block with a head the policy drops those that are decided, and the pass ends with the
 * last of them. Safe for use from many threads.
 */
public final class Scorer {
  private final Backbone backbone;
  private final List<CalibratedHead> heads;
  private final ExitPolicy policy;
  private final TraceScore answer;
  private final @Nullable ContextCache cache;

  /**
   * A scorer that answers with what the last head said.
   *
   * @param heads in order of depth; the last decides what no policy stopped before
   */
  public Scorer(Backbone backbone, List<CalibratedHead> heads, ExitPolicy policy) {
    this(backbone, heads, policy, TraceScore.LAST);
  }

  /**
   * A scorer.
   *
   * @param heads in order of depth; the last decides what no policy stopped before
   * @param answer how the heads that a candidate has seen make its probability
   */
  public Scorer(
      Backbone backbone, List<CalibratedHead> heads, ExitPolicy policy, TraceScore answer) {
    this(backbone, heads, policy, answer, null);
  }

  private Scorer(
      Backbone backbone,
      List<CalibratedHead> heads,
      ExitPolicy policy,
      TraceScore answer,
      @Nullable ContextCache cache) {
    this.backbone = backbone;
    this.heads = List.copyOf(heads);
    this.policy = policy;
    this.answer = answer;
    this.cache = cache;
    int before = 0;
    for (CalibratedHead head : this.heads) {
      if (head.block() <= before || head.block() > backbone.config().blocks()) {
        throw new IllegalArgumentException(
            "a head after block %d, the one before it after %d of %d"
                .formatted(head.block(), before, backbone.config().blocks()));
      }
      before = head.block();
    }
    if (before == 0) {
      throw new IllegalArgumentException("no heads");
    }
    if (!answer.fits(this.heads.size())) {
      throw new IllegalArgumentException(
          "an answer from %d heads, there are %d"
              .formatted(answer.heads().size(), this.heads.size()));
    }
  }

  /**
   * The same scorer with a memory for contexts: a user who comes again, with nothing new in his
   * context, costs his candidates' tokens alone.
   *
   * @param cache of the same backbone; not closed with the scorer
   */
  public Scorer remembering(ContextCache cache) {
    return new Scorer(backbone, heads, policy, answer, cache);
  }

  /** How many blocks the backbone has, L. */
  public int depth() {
    return backbone.config().blocks();
  }

  /** Full depth with the LLM's own answer: the softmax of its logits of Yes and No. */
  public static Scorer zeroShot(Backbone backbone, Tokenizer tokenizer, ChatFormat format) {
    AnswerTokens answers = AnswerTokens.of(tokenizer, format);
    CalibratedHead own =
        new CalibratedHead(
            backbone.config().blocks(),
            backbone.answerHead(answers.no(), answers.yes()),
            HeadCalibration.IDENTITY);
    return new Scorer(backbone, List.of(own), new ExitPolicy.None());
  }

  /** Scores the candidates of one prompt without features, in their order. */
  public List<Score> score(PackedPrompt prompt) {
    return score(Prompt.of(prompt));
  }

  /** Scores the candidates of one prompt, in their order. */
  public List<Score> score(Prompt prompt) {
    return score(List.of(prompt)).getFirst();
  }

  /**
   * Scores the candidates of several prompts in one pass.
   *
   * @throws IllegalArgumentException if a candidate has not as many features as the heads read
   */
  public List<List<Score>> score(List<Prompt> prompts) {
    float[][] features =
        prompts.stream()
            .flatMap(prompt -> Arrays.stream(prompt.features()))
            .toArray(float[][]::new);
    double[][] ratios = new double[features.length][0];
    try (ForwardPass pass = backbone.begin(prompts.stream().map(Prompt::tokens).toList(), cache)) {
      for (int h = 0; h < heads.size() && pass.candidates().length > 0; h++) {
        CalibratedHead head = heads.get(h);
        pass.advanceTo(head.block());
        int[] alive = pass.candidates();
        double[] now = head.logRatios(pass.lastStates(), of(alive, features));
        for (int i = 0; i < alive.length; i++) {
          ratios[alive[i]] = append(ratios[alive[i]], now[i]);
        }
        if (h < heads.size() - 1) {
          pass.keep(Arrays.stream(alive).filter(c -> !policy.exits(ratios[c])).toArray());
        }
      }
    }
    List<List<Score>> scores = new ArrayList<>();
    int candidate = 0;
    for (Prompt prompt : prompts) {
      List<Score> ofPrompt = new ArrayList<>();
      for (int i = 0; i < prompt.features().length; i++) {
        ofPrompt.add(toScore(ratios[candidate++]));
      }
      scores.add(ofPrompt);
    }
    return scores;
  }

  private static float[][] of(int[] candidates, float[][] features) {
    return Arrays.stream(candidates).mapToObj(c -> features[c]).toArray(float[][]::new);
  }

  private Score toScore(double[] ratios) {
    List<Score.Reading> trace = new ArrayList<>();
    for (int h = 0; h < ratios.length; h++) {
      trace.add(new Score.Reading(heads.get(h).block(), probability(ratios[h])));
    }
    return new Score(probability(answer.of(ratios)), trace.getLast().block(), trace);
  }

  private static double probability(double logRatio) {
    return 1 / (1 + Math.exp(-logRatio));
  }

  private static double[] append(double[] values, double next) {
    double[] longer = Arrays.copyOf(values, values.length + 1);
    longer[values.length] = next;
    return longer;
  }
}

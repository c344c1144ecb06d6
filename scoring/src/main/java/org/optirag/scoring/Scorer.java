package org.optirag.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.ForwardPass;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.workspace.UserException;

/**
 * Runs prompts through the backbone under an exit policy. Where a head stands before the first
 * block, it speaks first, from the features alone. All other candidates stand at the same block;
 * after each block with a head the policy drops those that are decided, and the pass ends with the
 * last of them. Safe for use from many threads.
 */
public final class Scorer {
  private final Backbone backbone;
  private final List<CalibratedHead> heads;
  private final ExitPolicy policy;
  private final TraceScore answer;
  private final @Nullable ContextCache cache;
  private final Runnable beforeBlocks;

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
    this(backbone, heads, policy, answer, null, () -> {});
  }

  private Scorer(
      Backbone backbone,
      List<CalibratedHead> heads,
      ExitPolicy policy,
      TraceScore answer,
      @Nullable ContextCache cache,
      Runnable beforeBlocks) {
    this.backbone = backbone;
    this.heads = List.copyOf(heads);
    this.policy = policy;
    this.answer = answer;
    this.cache = cache;
    this.beforeBlocks = beforeBlocks;
    int before = -1;
    for (CalibratedHead head : this.heads) {
      if (head.block() <= before || head.block() > backbone.config().blocks()) {
        throw new IllegalArgumentException(
            "a head after block %d, the one before it after %d of %d"
                .formatted(head.block(), Math.max(0, before), backbone.config().blocks()));
      }
      before = head.block();
    }
    if (before < 0) {
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
    return new Scorer(backbone, heads, policy, answer, cache, beforeBlocks);
  }

  /**
   * The same scorer that asks before every block it runs: what throws ends the scoring there, as
   * nobody waits for it any more.
   */
  public Scorer asking(Runnable before) {
    return new Scorer(backbone, heads, policy, answer, cache, before);
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
   * Which candidates of a request the head before the first block leaves undecided; all where there
   * is no such head. Only these need to be written.
   *
   * @param features of the candidates, [candidates, features]
   * @return their places, ascending
   */
  public int[] undecided(float[][] features) {
    int[] all = IntStream.range(0, features.length).toArray();
    return heads.getFirst().block() > 0 ? all : goingOn(first(features), all, 0);
  }

  /**
   * Scores the candidates of several prompts in one pass. Candidates that the features alone decide
   * are not read, and a prompt of such candidates costs nothing.
   *
   * @throws IllegalArgumentException if a candidate has not as many features as the heads read, or
   *     is not written and no head stands before the first block
   * @throws UserException if a head says what is no number
   */
  public List<List<Score>> score(List<Prompt> prompts) {
    List<List<Score>> scores = scoreAsIs(prompts);
    for (List<Score> request : scores) {
      for (Score score : request) {
        if (!score.hasNumbers()) {
          int block =
              score.trace().stream()
                  .filter(reading -> !Double.isFinite(reading.probability()))
                  .mapToInt(Score.Reading::block)
                  .findFirst()
                  .orElse(score.exitBlock());
          throw new UserException(
              "What the head after block %d says of a candidate is no number.".formatted(block),
              "The weights of the model or of the bundle are broken: take them again from where"
                  + " they came from.");
        }
      }
    }
    return scores;
  }

  /** The same without a look at what came of it: where one request shall not fail others. */
  public List<List<Score>> scoreAsIs(List<Prompt> prompts) {
    List<double[][]> ratios = new ArrayList<>();
    List<int[]> alive = new ArrayList<>();
    boolean before = heads.getFirst().block() == 0;
    for (Prompt prompt : prompts) {
      if (!before && prompt.written().length < prompt.candidates()) {
        throw new IllegalArgumentException(
            "%d of %d candidates are written, and the first head stands after block %d"
                .formatted(prompt.written().length, prompt.candidates(), heads.getFirst().block()));
      }
      double[][] first = before ? first(prompt.features()) : new double[prompt.candidates()][0];
      ratios.add(first);
      alive.add(before ? goingOn(first, prompt.written(), 0) : prompt.written());
    }
    read(prompts, ratios, alive, before ? 1 : 0);
    return ratios.stream()
        .map(request -> Arrays.stream(request).map(this::toScore).toList())
        .toList();
  }

  /** What the head before the first block says, [candidates][1]. */
  private double[][] first(float[][] features) {
    double[] said = heads.getFirst().logRatios(new float[features.length][0], features);
    return Arrays.stream(said).mapToObj(ratio -> new double[] {ratio}).toArray(double[][]::new);
  }

  /**
   * Lets the backbone read what is undecided, head by head.
   *
   * @param ratios of all candidates, [prompts] of [candidates][heads seen]; what is heard is added
   * @param alive the undecided candidates of each prompt, all of them written
   * @param next the first head to hear
   */
  private void read(List<Prompt> prompts, List<double[][]> ratios, List<int[]> alive, int next) {
    List<PackedPrompt> packed = new ArrayList<>();
    List<Asked> asked = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      Prompt prompt = prompts.get(p);
      int[] candidates = alive.get(p);
      if (candidates.length > 0) {
        packed.add(prompt.tokens().only(placesOf(candidates, prompt.written())));
        for (int candidate : candidates) {
          asked.add(new Asked(p, candidate));
        }
      }
    }
    if (packed.isEmpty()) {
      return;
    }
    try (ForwardPass pass = backbone.begin(packed, cache).asking(beforeBlocks)) {
      for (int h = next; h < heads.size() && pass.candidates().length > 0; h++) {
        CalibratedHead head = heads.get(h);
        pass.advanceTo(head.block());
        List<Asked> here = Arrays.stream(pass.candidates()).mapToObj(asked::get).toList();
        float[][] features =
            here.stream()
                .map(one -> prompts.get(one.prompt).features()[one.candidate])
                .toArray(float[][]::new);
        double[] now = head.logRatios(pass.lastStates(), features);
        for (int i = 0; i < now.length; i++) {
          double[][] request = ratios.get(here.get(i).prompt);
          int candidate = here.get(i).candidate;
          request[candidate] = append(request[candidate], now[i]);
        }
        for (int p = 0; p < prompts.size(); p++) {
          alive.set(p, goingOn(ratios.get(p), alive.get(p), h));
        }
        if (h < heads.size() - 1) {
          pass.keep(
              Arrays.stream(pass.candidates())
                  .filter(c -> contains(alive.get(asked.get(c).prompt), asked.get(c).candidate))
                  .toArray());
        }
      }
    }
  }

  /** Those of a request's candidates that no head up to this one stops, ascending. */
  private int[] goingOn(double[][] request, int[] candidates, int head) {
    if (head == heads.size() - 1 || candidates.length == 0) {
      return new int[0];
    }
    boolean[] stops = policy.stops(request);
    return Arrays.stream(candidates).filter(candidate -> !stops[candidate]).toArray();
  }

  private static int[] placesOf(int[] candidates, int[] written) {
    return Arrays.stream(candidates).map(c -> Arrays.binarySearch(written, c)).toArray();
  }

  private static boolean contains(int[] ascending, int candidate) {
    return Arrays.binarySearch(ascending, candidate) >= 0;
  }

  /** A candidate of a prompt. */
  private record Asked(int prompt, int candidate) {}

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

package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.retrieval.Retrieved;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** The scorer with the real default model. */
class ScorerTest {
  private static final long SEED = 20260703;
  private static Tokenizer tokenizer;
  private static Backbone backbone;

  @BeforeAll
  static void load() {
    Path model =
        new ModelStore(CacheDirectory.standard())
            .require("smollm2-135m-instruct", Progress.silent());
    tokenizer = Tokenizers.open(model);
    try (Weights weights = WeightFiles.open(model)) {
      backbone = Backbone.load(weights, DType.F32, Device.CPU, Progress.silent());
    }
  }

  @AfterAll
  static void close() {
    backbone.close();
    tokenizer.close();
  }

  @Test
  void candidatesTogetherScoreAsEachPromptAlone() {
    Scorer scorer = Scorer.zeroShot(backbone, tokenizer, ChatFormat.CHATML);
    Random random = new Random(SEED);
    for (int count : new int[] {1, 2, 7, 50}) {
      PackedPrompt prompt = prompt(random, count);
      List<Score> together = scorer.score(prompt);
      assertThat(together).hasSize(count);
      // Of fifty, a few: alone they cost a prompt each.
      for (int i = 0; i < count; i += count > 10 ? 9 : 1) {
        double alone = aloneInPlainTokens(prompt.context(), prompt.candidates().get(i));
        assertThat(Math.abs(together.get(i).probability() - alone))
            .as("seed %d, candidate %d of %d", SEED, i, count)
            .isLessThan(1e-4);
        assertThat(together.get(i).exitBlock()).isEqualTo(30);
      }
    }
  }

  @Test
  void aRememberedContextGivesTheSameScores() {
    Scorer scorer = Scorer.zeroShot(backbone, tokenizer, ChatFormat.CHATML);
    Random random = new Random(SEED + 7);
    PackedPrompt first = prompt(random, 3);
    PackedPrompt again = new PackedPrompt(first.context(), prompt(random, 5).candidates());
    try (ContextCache cache = new ContextCache(backbone, 1 << 28)) {
      Scorer remembering = scorer.remembering(cache);
      remembering.score(first);
      List<Score> expected = scorer.score(again);
      List<Score> found = remembering.score(again);
      assertThat(cache.statistics().hits()).isEqualTo(1);
      for (int i = 0; i < expected.size(); i++) {
        assertThat(Math.abs(found.get(i).probability() - expected.get(i).probability()))
            .as("candidate %d", i)
            .isLessThan(1e-5);
      }
    }
  }

  @Test
  void aScoringEndsBeforeTheBlockWhereNobodyWaitsAnyMore() {
    Scorer scorer = Scorer.zeroShot(backbone, tokenizer, ChatFormat.CHATML);
    PackedPrompt prompt = prompt(new Random(SEED + 9), 3);
    double whole = scorer.score(prompt).getFirst().probability();
    AtomicInteger asked = new AtomicInteger();
    assertThat(scorer.asking(asked::incrementAndGet).score(prompt).getFirst().probability())
        .isEqualTo(whole);
    assertThat(asked).hasValue(backbone.config().blocks());
    asked.set(0);
    try (ContextCache cache = new ContextCache(backbone, 1 << 28)) {
      Scorer ended =
          scorer
              .remembering(cache)
              .asking(() -> {
                if (asked.incrementAndGet() > 4) {
                  throw new CancellationException("nobody waits");
                }
              });
      assertThatThrownBy(() -> ended.score(prompt)).hasMessage("nobody waits");
      assertThat(asked).hasValue(5);
      double again = scorer.remembering(cache).score(prompt).getFirst().probability();
      assertThat(again).as("what the ended one left in the cache").isCloseTo(whole, within(1e-5));
    }
  }

  @Test
  void aCandidateHasOneProbabilityWhoeverStandsBesideIt() {
    Random random = new Random(SEED + 8);
    List<String> titles = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      titles.add("The " + "quiet ".repeat(random.nextInt(30)) + "House " + i);
    }
    PromptAssembler assembler =
        new PromptAssembler(Library.books(titles), tokenizer, PromptSettings.DEFAULT.independent());
    int[] items = random.ints(20, 0, titles.size()).toArray();
    Retrieved retrieved = Library.random(random, titles.size(), items.length);
    Scorer scorer = Scorer.zeroShot(backbone, tokenizer, ChatFormat.CHATML);
    double[] together = scored(scorer, assembler, items, retrieved, all(20));
    int[] reversed = all(20);
    for (int i = 0; i < 20; i++) {
      reversed[i] = 19 - i;
    }
    double[] backwards = scored(scorer, assembler, items, retrieved, reversed);
    for (int i = 0; i < 20; i++) {
      assertThat(backwards[19 - i])
          .as("seed %d, candidate %d", SEED, i)
          .isCloseTo(together[i], within(1e-4));
    }
    for (int i = 0; i < 20; i += 7) {
      int other = (i + 7) % 20;
      double alone = scored(scorer, assembler, items, retrieved, new int[] {i})[0];
      double beside = scored(scorer, assembler, items, retrieved, new int[] {other, i})[1];
      assertThat(alone)
          .as("seed %d, candidate %d alone", SEED, i)
          .isCloseTo(together[i], within(1e-4));
      assertThat(beside)
          .as("seed %d, candidate %d of two", SEED, i)
          .isCloseTo(together[i], within(1e-4));
    }
  }

  private static int[] all(int count) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return all;
  }

  /** The probabilities of some of the candidates in one request. */
  private static double[] scored(
      Scorer scorer, PromptAssembler assembler, int[] items, Retrieved all, int[] chosen) {
    Retrieved retrieved =
        new Retrieved(
            all.history(),
            all.neighbours(),
            Arrays.stream(chosen).mapToObj(i -> all.evidence().get(i)).toList());
    int[] candidates = Arrays.stream(chosen).map(i -> items[i]).toArray();
    return scorer.score(assembler.assemble(0, candidates, retrieved).tokens()).stream()
        .mapToDouble(Score::probability)
        .toArray();
  }

  /** The textbook way: the next token's logits of the whole prompt. */
  private static double aloneInPlainTokens(int[] context, int[] candidate) {
    int[] whole = Arrays.copyOf(context, context.length + candidate.length);
    System.arraycopy(candidate, 0, whole, context.length, candidate.length);
    float[] logits = backbone.nextTokenLogits(whole);
    AnswerTokens answers = AnswerTokens.of(tokenizer, ChatFormat.CHATML);
    double yes = Math.exp(logits[answers.yes()]);
    return yes / (yes + Math.exp(logits[answers.no()]));
  }

  @Test
  void severalPromptsInOnePassScoreAsEachInItsOwn() {
    Scorer scorer = Scorer.zeroShot(backbone, tokenizer, ChatFormat.CHATML);
    Random random = new Random(SEED + 1);
    List<PackedPrompt> prompts = List.of(prompt(random, 3), prompt(random, 1), prompt(random, 2));
    List<List<Score>> together = scorer.score(prompts.stream().map(Prompt::of).toList());
    for (int p = 0; p < prompts.size(); p++) {
      List<Score> own = scorer.score(prompts.get(p));
      for (int i = 0; i < own.size(); i++) {
        assertThat(Math.abs(together.get(p).get(i).probability() - own.get(i).probability()))
            .isLessThan(1e-4);
      }
    }
  }

  @Test
  void candidatesThatExitEarlyDoNotChangeThoseThatGoOn() {
    List<CalibratedHead> heads = heads(6, 12, 18, 30);
    PackedPrompt prompt = prompt(new Random(SEED + 2), 7);
    List<Score> full = new Scorer(backbone, heads, new ExitPolicy.None()).score(prompt);
    double middle =
        full.stream()
            .mapToDouble(score -> Math.abs(logRatio(score.trace().getFirst().probability())))
            .sorted()
            .toArray()[3];
    ExitPolicy policy = new ExitPolicy.RatioTrend(middle, 1);
    List<Score> early = new Scorer(backbone, heads, policy).score(prompt);
    assertThat(early.stream().map(Score::exitBlock)).contains(6).anyMatch(block -> block > 6);
    for (int i = 0; i < early.size(); i++) {
      List<Score.Reading> trace = early.get(i).trace();
      assertThat(trace.getLast().block()).isEqualTo(early.get(i).exitBlock());
      for (int h = 0; h < trace.size(); h++) {
        assertThat(Math.abs(trace.get(h).probability() - full.get(i).trace().get(h).probability()))
            .as("candidate %d, head %d", i, h)
            .isLessThan(1e-4);
      }
    }
  }

  @Test
  void featuresShiftTheRatioOfTheirOwnCandidateThoughOthersLeave() {
    PackedPrompt tokens = prompt(new Random(SEED + 3), 5);
    List<CalibratedHead> plain = heads(6, 12, 18);
    List<CalibratedHead> reading =
        plain.stream()
            .map(head -> new CalibratedHead(head.block(), reading(head.head()), head.calibration()))
            .toList();
    // The features decide who exits at once: all but the first, second and last.
    float[][] features = {{0}, {0.5f}, {-100}, {100}, {0.25f}};
    List<Score> without = new Scorer(backbone, plain, new ExitPolicy.None()).score(tokens);
    List<Score> with =
        new Scorer(backbone, reading, new ExitPolicy.RatioTrend(20, 1))
            .score(Prompt.of(tokens).withFeatures(features));
    assertThat(with).extracting(Score::exitBlock).containsExactly(18, 18, 6, 6, 18);
    for (int i : new int[] {0, 1, 4}) {
      for (int h = 0; h < 3; h++) {
        double shift =
            logRatio(with.get(i).trace().get(h).probability())
                - logRatio(without.get(i).trace().get(h).probability());
        assertThat(shift).isCloseTo(2 * features[i][0] + 0.5, within(1e-3));
      }
    }
  }

  @Test
  void whatTheHeadBeforeTheFirstBlockDecidesIsNotRead() {
    PackedPrompt tokens = prompt(new Random(SEED + 4), 5);
    float[][] features = {{0}, {9}, {-9}, {0.25f}, {30}};
    Scorer scorer =
        new Scorer(backbone, headsFromFeaturesOn(12, 18), new ExitPolicy.RatioTrend(5, 1));
    int[] undecided = scorer.undecided(features);
    assertThat(undecided).containsExactly(0, 3);
    List<Score> all = scorer.score(Prompt.of(tokens).withFeatures(features));
    assertThat(all).extracting(Score::exitBlock).containsExactly(18, 0, 0, 18, 0);
    assertThat(all.get(1).trace())
        .containsExactly(new Score.Reading(0, 1 / (1 + Math.exp(-(2 * 9 + 0.5)))));

    List<Score> written = scorer.score(Prompt.of(tokens.only(undecided)).with(features, undecided));
    assertThat(written).as("only the undecided are written").isEqualTo(all);

    Scorer without =
        new Scorer(backbone, headsOf(headsFromFeaturesOn(12, 18), 1), new ExitPolicy.None());
    List<Score> llm = without.score(Prompt.of(tokens).withFeatures(features));
    for (int candidate : undecided) {
      assertThat(all.get(candidate).probability())
          .as("the others in the pass change nothing")
          .isCloseTo(llm.get(candidate).probability(), within(1e-4));
    }
  }

  @Test
  void requestsThatTheFeaturesDecideNeedNoTokensAtAll() {
    Scorer scorer = new Scorer(backbone, headsFromFeaturesOn(12), new ExitPolicy.Fixed(1));
    Prompt decided = Prompt.ofFeatures(new float[][] {{1}, {-1}});
    Prompt alsoRead = Prompt.of(prompt(new Random(SEED + 5), 2)).withFeatures(new float[2][1]);
    assertThat(decided.tokens().tokens()).isZero();
    List<List<Score>> scores = scorer.score(List.of(decided, alsoRead));
    assertThat(scores).hasSize(2).allMatch(each -> each.size() == 2);
    assertThat(scores.getFirst().getFirst().probability())
        .isCloseTo(1 / (1 + Math.exp(-2.5)), within(1e-9));
    Scorer none = new Scorer(backbone, headsFromFeaturesOn(12), new ExitPolicy.None());
    assertThat(none.undecided(new float[3][1])).containsExactly(0, 1, 2);
    assertThat(new Scorer(backbone, heads(12), new ExitPolicy.None()).undecided(new float[2][0]))
        .containsExactly(0, 1);
    assertThatThrownBy(() -> new Scorer(backbone, heads(12), new ExitPolicy.None()).score(decided))
        .hasMessage("0 of 2 candidates are written, and the first head stands after block 12");
  }

  @Test
  void theBudgetOfARequestIsItsOwn() {
    PackedPrompt two = prompt(new Random(SEED + 6), 2);
    Scorer scorer = new Scorer(backbone, headsFromFeaturesOn(6), new ExitPolicy.Budget(1));
    List<List<Score>> scores =
        scorer.score(
            List.of(
                Prompt.of(two).withFeatures(new float[][] {{1}, {2}}),
                Prompt.of(two).withFeatures(new float[][] {{9}, {8}})));
    assertThat(scores.get(0)).extracting(Score::exitBlock).containsExactly(0, 6);
    assertThat(scores.get(1)).extracting(Score::exitBlock).containsExactly(6, 0);
  }

  private static List<CalibratedHead> headsFromFeaturesOn(int... blocks) {
    List<CalibratedHead> heads = new ArrayList<>();
    heads.add(
        new CalibratedHead(
            0, ExitHead.ofFeatures(new float[] {2}, 0.5f), HeadCalibration.IDENTITY));
    heads(blocks)
        .forEach(head ->
            heads.add(new CalibratedHead(head.block(), reading(head.head()), head.calibration())));
    return heads;
  }

  private static List<CalibratedHead> headsOf(List<CalibratedHead> heads, int from) {
    return heads.subList(from, heads.size());
  }

  private static ExitHead reading(ExitHead head) {
    return new ExitHead(head.norm(), head.epsilon(), head.no(), head.yes(), new float[] {2}, 0.5f);
  }

  @Test
  void headsMustStandInOrderWithinTheModel() {
    assertThatThrownBy(() -> new Scorer(backbone, heads(12, 6), new ExitPolicy.None()))
        .hasMessage("a head after block 6, the one before it after 12 of 30");
    assertThatThrownBy(() -> new Scorer(backbone, heads(31), new ExitPolicy.None()))
        .hasMessage("a head after block 31, the one before it after 0 of 30");
    assertThatThrownBy(() -> new Scorer(backbone, List.of(), new ExitPolicy.None()))
        .hasMessage("no heads");
  }

  private static double logRatio(double probability) {
    return Math.log(probability / (1 - probability));
  }

  private static List<CalibratedHead> heads(int... blocks) {
    AnswerTokens answers = AnswerTokens.of(tokenizer, ChatFormat.CHATML);
    ExitHead own = backbone.answerHead(answers.no(), answers.yes());
    return Arrays.stream(blocks)
        .mapToObj(block -> new CalibratedHead(block, own, HeadCalibration.IDENTITY))
        .toList();
  }

  private static PackedPrompt prompt(Random random, int candidates) {
    List<String> titles = new ArrayList<>();
    for (int i = 0; i < 60; i++) {
      titles.add("The " + "quiet ".repeat(random.nextInt(9)) + "House " + i);
    }
    PromptAssembler assembler =
        new PromptAssembler(Library.books(titles), tokenizer, PromptSettings.DEFAULT);
    Retrieved retrieved = Library.random(random, titles.size(), candidates);
    return assembler
        .assemble(0, random.ints(candidates, 0, titles.size()).toArray(), retrieved)
        .tokens();
  }
}

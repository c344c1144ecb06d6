package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;

/** Gradients and losses on a random model of four blocks, in f32. */
@Tag("numeric")
class TrainableBackboneTest {
  private static final long SEED = 20260902;
  private static final Objective PLAIN = new Objective(new double[] {0.5, 1, 2}, 0, 1, 0, 0);
  private static final Objective RANKING = new Objective(new double[] {0.5, 1, 2}, 0, 1, 0.3, 0.4);
  private static final Objective ALL = new Objective(new double[] {0.5, 1, 2}, 0.7, 2, 0.3, 0.4);
  private static Backbone backbone;

  @BeforeAll
  static void load() {
    backbone = RandomModel.load(SEED);
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  @Test
  void gradientsEqualFiniteDifferences() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED), 3);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false)) {
      for (Parameter parameter : model.learning()) {
        requireGradient(model, parameter, batch, RANKING);
      }
    }
  }

  /** The teacher does not learn from its pupils, so only they have a finite difference. */
  @Test
  void distillationPullsTheOtherHeadsTowardsTheLast() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 1), 2);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false)) {
      for (Parameter parameter : model.learning()) {
        if (parameter.name().startsWith("head.1.") || parameter.name().startsWith("head.3.")) {
          requireGradient(model, parameter, batch, ALL);
        }
      }
    }
  }

  private static void requireGradient(
      TrainableBackbone model, Parameter parameter, List<LabelledPrompt> batch, Objective goal) {
    model.forget();
    double weight = model.accumulate(batch, goal).weight();
    float[] gradient = model.gradient(parameter);
    Random random = new Random(SEED + parameter.name().hashCode());
    double[] direction = random.doubles(gradient.length, -1, 1).toArray();
    double expected = 0;
    for (int i = 0; i < gradient.length; i++) {
      expected += gradient[i] * direction[i] / weight;
    }
    double step = 2e-3;
    double slope =
        (lossAt(model, parameter, direction, step, batch, goal)
                - lossAt(model, parameter, direction, -step, batch, goal))
            / (2 * step);
    assertThat(slope)
        .as("%s, seed %d", parameter.name(), SEED)
        .isCloseTo(expected, within(0.01 * Math.abs(expected) + 1e-3));
  }

  private static double lossAt(
      TrainableBackbone model,
      Parameter parameter,
      double[] direction,
      double distance,
      List<LabelledPrompt> batch,
      Objective goal) {
    float[] values = parameter.values().clone();
    for (int i = 0; i < values.length; i++) {
      parameter.values()[i] += (float) (distance * direction[i]);
    }
    parameter.publish();
    double loss = model.accumulate(batch, goal).loss();
    System.arraycopy(values, 0, parameter.values(), 0, values.length);
    parameter.publish();
    return loss;
  }

  @Test
  void theLossIsTheOneComputedByHandFromTheLogits() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 2), 3);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false)) {
      BatchLoss loss = model.accumulate(batch, ALL);
      double expected = 0;
      for (int h = 0; h < 3; h++) {
        double entropy = 0;
        double divergence = 0;
        double pairs = 0;
        double lists = 0;
        int candidate = 0;
        for (LabelledPrompt prompt : batch) {
          int n = prompt.labels().length;
          double ofPairs = 0;
          double shares = 0;
          for (int i = 0; i < n; i++) {
            double s = ratio(loss.logits()[h][candidate + i]);
            double teacher = 1 / (1 + Math.exp(-ratio(loss.logits()[2][candidate + i]) / 2));
            double pupil = 1 / (1 + Math.exp(-s / 2));
            float weight = prompt.weights()[i];
            entropy += weight * Math.log1p(Math.exp(prompt.labels()[i] ? -s : s));
            divergence +=
                4
                    * weight
                    * (teacher * Math.log(teacher / pupil)
                        + (1 - teacher) * Math.log((1 - teacher) / (1 - pupil)));
            for (int j = 0; j < n; j++) {
              if (prompt.labels()[i] && !prompt.labels()[j]) {
                double share = weight * prompt.weights()[j];
                double gap = s - ratio(loss.logits()[h][candidate + j]);
                ofPairs += share * Math.log1p(Math.exp(-gap));
                shares += share;
              }
            }
          }
          pairs += shares == 0 ? 0 : prompt.weight() * ofPairs / shares;
          lists += listwise(prompt, Arrays.copyOfRange(loss.logits()[h], candidate, candidate + n));
          candidate += n;
        }
        assertThat(loss.crossEntropies()[h]).isCloseTo(entropy / loss.weight(), within(1e-5));
        double total = entropy + 0.3 * pairs + 0.4 * lists + (h < 2 ? 0.7 * divergence : 0);
        expected += ALL.headWeights()[h] * total / loss.weight();
      }
      assertThat(loss.loss()).isCloseTo(expected, within(1e-4));
    }
  }

  /** The prompt's weight times the mean over positives of −log of its share among the negatives. */
  private static double listwise(LabelledPrompt prompt, float[][] logits) {
    double negatives = 0;
    for (int i = 0; i < logits.length; i++) {
      negatives += prompt.labels()[i] ? 0 : prompt.weights()[i] * Math.exp(ratio(logits[i]));
    }
    double sum = 0;
    double shares = 0;
    for (int i = 0; i < logits.length; i++) {
      if (prompt.labels()[i]) {
        double own = Math.exp(ratio(logits[i]));
        sum -= prompt.weights()[i] * Math.log(own / (own + negatives));
        shares += prompt.weights()[i];
      }
    }
    return negatives == 0 || shares == 0 ? 0 : prompt.weight() * sum / shares;
  }

  private static double ratio(float[] logits) {
    return logits[1] - logits[0];
  }

  @Test
  void packedCandidatesTeachAsEachPromptAlone() {
    List<LabelledPrompt> packed = TinyTraining.batch(new Random(SEED + 3), 4);
    List<LabelledPrompt> alone = new ArrayList<>();
    for (LabelledPrompt prompt : packed) {
      for (int c = 0; c < prompt.labels().length; c++) {
        int[] context = prompt.tokens().context();
        int[] candidate = prompt.tokens().candidates().get(c);
        int[] whole = Arrays.copyOf(context, context.length + candidate.length);
        System.arraycopy(candidate, 0, whole, context.length, candidate.length);
        alone.add(
            new LabelledPrompt(
                new PackedPrompt(new int[0], List.of(whole)),
                new float[][] {prompt.features()[c]},
                new boolean[] {prompt.labels()[c]},
                new float[] {prompt.weights()[c]}));
      }
    }
    Objective goal = new Objective(new double[] {0.5, 1, 2}, 0.7, 2, 0, 0);
    try (TrainableBackbone one = TinyTraining.model(backbone, 0, 1, false);
        TrainableBackbone other = TinyTraining.model(backbone, 0, 1, false)) {
      double loss = one.accumulate(packed, goal).loss();
      assertThat(other.accumulate(alone, goal).loss()).isCloseTo(loss, within(1e-4));
      requireSameGradients(one, other, 1e-4);
    }
  }

  @Test
  void recomputingBlocksAndSharingPromptsChangeNothing() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 4), 5);
    try (TrainableBackbone plain = TinyTraining.model(backbone, 0.3, 1, false)) {
      double loss = plain.accumulate(batch, ALL).loss();
      try (TrainableBackbone recomputing = TinyTraining.model(backbone, 0.3, 1, true)) {
        assertThat(recomputing.accumulate(batch, ALL).loss()).isEqualTo(loss);
        requireSameGradients(plain, recomputing, 0);
      }
      try (TrainableBackbone sharing = TinyTraining.model(backbone, 0.3, 3, false)) {
        assertThat(sharing.accumulate(batch, ALL).loss()).isCloseTo(loss, within(1e-5));
        requireSameGradients(plain, sharing, 1e-5);
      }
    }
  }

  @Test
  void blockByBlockEqualsOneGraphOverAllBlocks() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 5), 3);
    try (TrainableBackbone chained = TinyTraining.model(backbone, 0, 1, false)) {
      chained.accumulate(batch, ALL);
      WholeGraph.requireSameGradients(backbone, chained, batch, ALL);
    }
  }

  @Test
  void oneMaskedProductTeachesAsTheBlocksOfAttention() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 10), 5);
    try (TrainableBackbone plain = TinyTraining.model(backbone, 0.3, 1, false);
        TrainableBackbone masked = TinyTraining.masked(backbone, 0.3)) {
      double loss = plain.accumulate(batch, ALL).loss();
      assertThat(masked.accumulate(batch, ALL).loss()).isCloseTo(loss, within(1e-5));
      requireSameGradients(plain, masked, 1e-5);
    }
  }

  private static void requireSameGradients(
      TrainableBackbone one, TrainableBackbone other, double distance) {
    for (int p = 0; p < one.learning().size(); p++) {
      float[] expected = one.gradient(one.learning().get(p));
      float[] found = other.gradient(other.learning().get(p));
      double largest = 1;
      for (float value : expected) {
        largest = Math.max(largest, Math.abs(value));
      }
      for (int i = 0; i < expected.length; i++) {
        assertThat((double) found[i])
            .as("%s[%d], seed %d", one.learning().get(p).name(), i, SEED)
            .isCloseTo(expected[i], within(distance * largest));
      }
    }
  }

  @Test
  void theFrozenWeightsHaveNoGradientAndStayAsTheyAre() {
    int[] tokens = {3, 1, 4, 1, 5};
    float[][][] before = backbone.hiddenStates(tokens);
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 6), 3);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0.1, 1, false)) {
      for (int i = 0; i < 3; i++) {
        model.accumulate(batch, ALL);
        model.step(LearningRates.uniform(0.1, 3), AdamW.STANDARD);
      }
    }
    for (int block = 1; block <= 4; block++) {
      assertThat(backbone.block(block).weights())
          .noneMatch(weight -> weight.requires_grad() || weight.grad().defined());
    }
    assertThat(backbone.hiddenStates(tokens)).isDeepEqualTo(before);
  }

  @Test
  void theMergedModelSaysWhatTheTrainedOneSays() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 7), 3);
    try (TrainableBackbone model = TinyTraining.model(backbone, 0, 1, false)) {
      for (int i = 0; i < 5; i++) {
        model.accumulate(batch, PLAIN);
        model.step(LearningRates.uniform(0.01, 3), AdamW.STANDARD);
      }
      float[][][] trained =
          model.logits(
              batch.stream().map(LabelledPrompt::tokens).toList(),
              batch.stream().map(LabelledPrompt::features).toList());
      LoraAdapter adapter = model.adapter();
      assertThat(adapter).isNotNull();
      Weights merged = adapter.mergedInto(RandomModel.weights(SEED));
      float[][] features =
          batch.stream().flatMap(p -> Arrays.stream(p.features())).toArray(float[][]::new);
      try (Backbone served = Backbone.load(merged, DType.F32, Device.CPU, Progress.silent());
          ForwardPass pass = served.begin(batch.stream().map(LabelledPrompt::tokens).toList())) {
        for (int h = 0; h < 3; h++) {
          PlacedHead head = model.heads().get(h);
          pass.advanceTo(head.block());
          float[][] logits = head.head().logits(pass.lastStates(), features);
          for (int c = 0; c < logits.length; c++) {
            assertThat(logits[c]).as("head %d", h).containsExactly(trained[h][c], within(1e-4f));
          }
        }
      }
    }
  }

  @Test
  void headsAloneLearnWithoutAnAdapter() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 8), 4);
    try (TrainableBackbone model =
        new TrainableBackbone(
            backbone, null, TinyTraining.heads(backbone), new TrainingOptions(1, 1, false))) {
      double first = model.accumulate(batch, PLAIN).loss();
      for (int i = 0; i < 30; i++) {
        model.step(LearningRates.uniform(0.02, 3), AdamW.STANDARD);
        model.accumulate(batch, PLAIN);
      }
      assertThat(model.adapter()).isNull();
      assertThat(model.accumulate(batch, PLAIN).loss()).isLessThan(first / 2);
    }
  }

  @Test
  void memoryStaysFlatOverManySteps() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(SEED + 9), 3);
    long before = 0;
    try (TrainableBackbone model = TinyTraining.model(backbone, 0.1, 1, false)) {
      for (int i = 0; i < 60; i++) {
        model.accumulate(batch, ALL);
        model.step(LearningRates.uniform(1e-3, 3), AdamW.STANDARD);
        if (i == 20) {
          before = Pointer.totalCount();
        }
      }
      // Fewer, if the garbage collector took what an earlier test left.
      assertThat(Pointer.totalCount())
          .as("native objects after 40 more steps")
          .isLessThanOrEqualTo(before);
    }
  }

  @Test
  void headsWithoutFeaturesLearnAsThoseWhoseFeaturesCountNothing() {
    List<LabelledPrompt> batch = TinyTraining.batch(new Random(3), 3);
    List<LabelledPrompt> bare =
        batch.stream()
            .map(prompt ->
                new LabelledPrompt(
                    prompt.tokens(),
                    new float[prompt.labels().length][0],
                    prompt.labels(),
                    prompt.weights()))
            .toList();
    List<PlacedHead> reading = TinyTraining.heads(backbone); // their feature weights are 0
    List<PlacedHead> plain =
        reading.stream()
            .map(head -> new PlacedHead(head.block(), backbone.answerHead(4, 7)))
            .toList();
    TrainingOptions options = new TrainingOptions(1, 1, false);
    try (TrainableBackbone with = new TrainableBackbone(backbone, null, reading, options);
        TrainableBackbone without = new TrainableBackbone(backbone, null, plain, options)) {
      assertThat(without.accumulate(bare, PLAIN).loss())
          .isEqualTo(with.accumulate(batch, PLAIN).loss());
      assertThat(without.step(LearningRates.uniform(0.01, 3), AdamW.STANDARD).applied()).isTrue();
      assertThat(without.heads().getFirst().head().features()).isZero();
    }
  }

  @Test
  void whatDoesNotFitIsRefused() {
    List<PlacedHead> heads = TinyTraining.heads(backbone);
    TrainingOptions options = new TrainingOptions(1, 1, false);
    LoraSettings deep = new LoraSettings(2, 2, 0, EnumSet.of(LoraModule.Q_PROJ), 1, 4);
    LoraAdapter adapter = LoraAdapter.initial("tiny", deep, backbone.config(), 1);
    assertThatThrownBy(() -> new TrainableBackbone(backbone, adapter, heads.subList(0, 2), options))
        .hasMessage("the adapter reaches to block 4, the last head stands after 3");
    assertThatThrownBy(() -> new TrainableBackbone(backbone, null, List.of(), options))
        .hasMessage("no heads");
    assertThatThrownBy(() -> new TrainableBackbone(backbone, null, heads.reversed(), options))
        .hasMessage("a head after block 3, the one before it after 4 of 4");
    try (TrainableBackbone model = new TrainableBackbone(backbone, null, heads, options)) {
      List<LabelledPrompt> batch = TinyTraining.batch(new Random(1), 1);
      assertThatThrownBy(() -> model.accumulate(batch, Objective.crossEntropy(2)))
          .hasMessage("2 head weights for 3 heads");
      assertThatThrownBy(() -> model.accumulate(List.of(), PLAIN))
          .hasMessage("a batch without prompts");
      assertThatThrownBy(() -> model.step(LearningRates.uniform(1, 3), AdamW.STANDARD))
          .isInstanceOf(IllegalStateException.class);
      LabelledPrompt bare =
          new LabelledPrompt(
              new PackedPrompt(new int[0], List.of(new int[] {1})),
              new float[1][0],
              new boolean[1]);
      assertThatThrownBy(() -> model.accumulate(List.of(bare), PLAIN))
          .hasMessage("a candidate has 0 features, the heads read 2");
    }
  }
}

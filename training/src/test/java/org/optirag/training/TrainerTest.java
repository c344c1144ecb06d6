package org.optirag.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.backbone.TrainableBackbone;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Deadline;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Training of a tiny model, from its start to its end, with kills, full disks and bad numbers. */
class TrainerTest {
  private static final long SEED = 20260904;
  private static final ExampleSource EXAMPLES =
      new ShuffledPrompts(TinyTask.prompts(SEED, 40), 60, 4, SEED);
  private static final Validation HELD_OUT = new HeldOut(TinyTask.prompts(SEED + 1, 30), 100);
  private static Backbone backbone;

  @TempDir Path directory;

  @BeforeAll
  static void load() {
    backbone = TinyTask.backbone();
  }

  @AfterAll
  static void close() {
    backbone.close();
  }

  private Trainer trainer(TrainingSettings settings) {
    return new Trainer(
        backbone, "tiny", TinyTask.start(backbone), HeadStart.SAME, settings, directory);
  }

  private TrainingResult run(TrainingSettings settings, ExampleSource examples) {
    return trainer(settings).run(examples, HELD_OUT, Progress.silent());
  }

  @Test
  void aRuleIsLearnedAndTheBestStateIsKept() throws IOException {
    TrainingResult result = run(TinyTask.settings(TinyTask.plan(8, 10, 0)), EXAMPLES);
    assertThat(result.bestAuc()).isGreaterThan(0.95);
    assertThat(result.end()).isEqualTo(TrainingResult.End.DONE);
    assertThat(result.steps()).isEqualTo(4 * EXAMPLES.batches());
    assertThat(result.adapter()).isNotNull();
    assertThat(result.heads()).extracting(head -> head.block()).containsExactly(1, 2);

    List<JsonNode> lines = metrics();
    List<JsonNode> steps = lines.stream().filter(line -> line.has("loss")).toList();
    assertThat(steps).hasSize(result.steps());
    assertThat(steps.getLast().path("loss").asDouble())
        .isLessThan(steps.getFirst().path("loss").asDouble() / 2);
    assertThat(steps.getFirst().path("head_losses")).hasSize(2);
    assertThat(steps.getFirst().path("rate_factor").asDouble()).isEqualTo(0.5);
    JsonNode best =
        lines.stream()
            .filter(line -> line.has("validation_auc"))
            .filter(line -> line.path("step").asInt() == result.bestStep())
            .findFirst()
            .orElseThrow();
    assertThat(best.path("validation_auc").path(1).asDouble()).isEqualTo(result.bestAuc());
    assertThat(best.path("best").asBoolean()).isTrue();
  }

  @Test
  void goingOnAfterAKillGivesTheSameNumbers() throws IOException {
    TrainingSettings settings = TinyTask.settings(TinyTask.plan(2, 4, 0));
    Path killed = directory.resolve("killed");
    Path whole = directory.resolve("whole");
    for (int after : new int[] {7, 10}) {
      ExampleSource mortal = new Mortal(after);
      assertThatThrownBy(() -> at(killed, settings).run(mortal, HELD_OUT, Progress.silent()))
          .hasMessage("killed");
    }
    // What a kill in the middle of a line leaves.
    Path log = killed.resolve("metrics.jsonl");
    Files.writeString(log, Files.readString(log) + "{\"step\":1,\"lo");
    TrainingResult resumed = at(killed, settings).run(EXAMPLES, HELD_OUT, Progress.silent());
    TrainingResult straight = at(whole, settings).run(EXAMPLES, HELD_OUT, Progress.silent());

    assertThat(numbers(killed)).isEqualTo(numbers(whole));
    assertThat(resumed.bestStep()).isEqualTo(straight.bestStep());
    assertThat(resumed.bestAuc()).isEqualTo(straight.bestAuc());
    for (int h = 0; h < 2; h++) {
      assertThat(resumed.heads().get(h).head().yes())
          .containsExactly(straight.heads().get(h).head().yes());
    }
    TrainingResult again = at(killed, settings).run(EXAMPLES, HELD_OUT, Progress.silent());
    assertThat(again.steps()).as("a finished training is not run again").isEqualTo(resumed.steps());
    assertThat(numbers(killed)).isEqualTo(numbers(whole));
  }

  @Test
  void whatTheLlmMovesIsToldBesideTheFeatures() throws IOException {
    TrainingSettings settings = TinyTask.settings(TinyTask.plan(2, 4, 0));
    TrainingResult result = run(settings, EXAMPLES);
    for (int head = 0; head < 2; head++) {
      HeadSpread found = result.spreads().get(head);
      float weight = result.heads().get(head).head().featureWeights()[0];
      assertThat(found.features()).isCloseTo(Math.abs(weight) * deviation(), within(1e-6));
      assertThat(found.llm()).isGreaterThan(found.features());
      assertThat(found.features()).isPositive();
    }
    JsonNode best =
        metrics().stream()
            .filter(line -> line.has("validation_auc"))
            .filter(line -> line.path("step").asInt() == result.bestStep())
            .findFirst()
            .orElseThrow();
    assertThat(best.path("deviation_from_llm").path(1).asDouble())
        .isEqualTo(result.spreads().getLast().llm());
    assertThat(best.path("deviation_from_features").path(1).asDouble())
        .isEqualTo(result.spreads().getLast().features());
    assertThat(run(settings, EXAMPLES).spreads())
        .as("read again where the best state is of an earlier run")
        .isEqualTo(result.spreads());
  }

  /** Of the one feature of the held-out candidates. */
  private static double deviation() {
    double[] values =
        TinyTask.prompts(SEED + 1, 30).stream()
            .flatMap(prompt -> Arrays.stream(prompt.features()))
            .mapToDouble(features -> features[0])
            .toArray();
    double mean = Arrays.stream(values).average().orElseThrow();
    return Math.sqrt(
        Arrays.stream(values).map(x -> (x - mean) * (x - mean)).average().orElseThrow());
  }

  private static Trainer at(Path directory, TrainingSettings settings) {
    return new Trainer(
        backbone, "tiny", TinyTask.start(backbone), HeadStart.SAME, settings, directory);
  }

  /** Examples that end the program after some batches. */
  private static final class Mortal implements ExampleSource {
    private int left;

    Mortal(int left) {
      this.left = left;
    }

    @Override
    public int batches() {
      return EXAMPLES.batches();
    }

    @Override
    public List<LabelledPrompt> batch(int epoch, int number) {
      if (left-- == 0) {
        throw new IllegalStateException("killed");
      }
      return EXAMPLES.batch(epoch, number);
    }
  }

  /** The log but for what the clock says. */
  private static List<String> numbers(Path directory) throws IOException {
    List<String> numbers = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve("metrics.jsonl"))) {
      JsonNode node = JsonMapper.shared().readTree(line);
      numbers.add(
          node.path("step")
              + " "
              + node.path("loss")
              + node.path("head_losses")
              + node.path("gradient_norm")
              + node.path("rate_factor")
              + node.path("validation_auc"));
    }
    return numbers;
  }

  private List<JsonNode> metrics() throws IOException {
    return Files.readAllLines(directory.resolve("metrics.jsonl")).stream()
        .map(line -> JsonMapper.shared().readTree(line))
        .toList();
  }

  @Test
  void trainingEndsWhenValidationStaysWorse() {
    List<TrainableBackbone> asked = new ArrayList<>();
    boolean[] labels = {true, false, true, false};
    Validation falling =
        model -> {
          asked.add(model);
          // After the first steps the last head ranks all pairs rightly, before and later fewer.
          double[] good = {2, 1, 2, 1};
          double[] bad = {2, 1, 0, 1};
          return new HeadLogits(new double[][] {bad, asked.size() == 2 ? good : bad}, labels);
        };
    TrainingResult result =
        trainer(TinyTask.settings(TinyTask.plan(50, 2, 3)))
            .run(EXAMPLES, falling, Progress.silent());
    assertThat(result.end()).isEqualTo(TrainingResult.End.PATIENCE);
    assertThat(result.steps()).isEqualTo(8);
    assertThat(result.bestStep()).isEqualTo(2);
    assertThat(result.bestAuc()).isEqualTo(1);
  }

  @Test
  void trainingEndsWhenItsTimeIsUp() throws IOException {
    TrainingPlan plan = new TrainingPlan(1000, 0, Duration.ofMillis(500), 1, 1000, 0, 1000);
    TrainingResult result = run(TinyTask.settings(plan), EXAMPLES);
    assertThat(result.end()).isEqualTo(TrainingResult.End.TIME);
    assertThat(result.steps()).isPositive();
    JsonNode last = metrics().getLast();
    assertThat(last.has("validation_auc")).as("validated at the end").isTrue();
    assertThat(last.path("step").asInt()).isEqualTo(result.steps());
  }

  @Test
  void stepsEndEarlyEnoughForTheLastValidation() throws IOException {
    // By the clock a validation takes 10 s and a batch 1 s; nothing else takes any time.
    AtomicLong clock = new AtomicLong();
    Deadline deadline = Deadline.in(Duration.ofSeconds(100), clock::get);
    AtomicInteger validations = new AtomicInteger();
    Validation slow =
        model -> {
          validations.incrementAndGet();
          clock.addAndGet(10_000_000_000L);
          return HELD_OUT.read(model);
        };
    ExampleSource ticking =
        new ExampleSource() {
          @Override
          public int batches() {
            return EXAMPLES.batches();
          }

          @Override
          public List<LabelledPrompt> batch(int epoch, int number) {
            clock.addAndGet(1_000_000_000L);
            return EXAMPLES.batch(epoch, number);
          }
        };
    TrainingPlan plan = new TrainingPlan(1000, 0, null, 1, 25, 0, 1000);
    TrainingResult result =
        trainer(TinyTask.settings(plan)).run(ticking, slow, deadline, Progress.silent());
    assertThat(result.end()).isEqualTo(TrainingResult.End.TIME);
    // 10 before the first step, 25 steps, 10, 25 steps, 10, and 10 steps before the last 10.
    assertThat(result.steps()).isEqualTo(60);
    assertThat(validations).hasValue(4);
    assertThat(deadline.secondsLeft()).isZero();
    assertThat(metrics().getLast().has("validation_auc")).isTrue();
  }

  @Test
  void aDeadlineThatIsOverLeavesTheHeadsAsTheyBegan() {
    Deadline over = Deadline.in(Duration.ZERO, new AtomicLong()::get);
    TrainingResult result =
        trainer(TinyTask.settings(TinyTask.plan(5, 2, 0)))
            .run(EXAMPLES, HELD_OUT, over.earlier(5), Progress.silent());
    assertThat(result.end()).isEqualTo(TrainingResult.End.TIME);
    assertThat(result.steps()).isZero();
    assertThat(result.bestStep()).isZero();
  }

  @Test
  void aTrainingWithoutAStepTellsNoLossItNeverMeasured() {
    List<String> notes = new ArrayList<>();
    Deadline over = Deadline.in(Duration.ZERO, new AtomicLong()::get);
    trainer(TinyTask.settings(TinyTask.plan(5, 2, 0)))
        .run(EXAMPLES, HELD_OUT, over.earlier(5), noting(notes));
    assertThat(notes).isNotEmpty().allSatisfy(note -> assertThat(note).startsWith("best AUC 0."));
    notes.clear();
    trainer(TinyTask.settings(TinyTask.plan(1, 2, 0))).run(EXAMPLES, HELD_OUT, noting(notes));
    assertThat(notes.getLast()).containsPattern("^loss \\d\\.\\d{4}, best AUC \\d\\.\\d{4}$");
  }

  private static Progress noting(List<String> notes) {
    return (name, total, unit) ->
        new Progress.Task() {
          @Override
          public void advance(long units) {}

          @Override
          public void note(String remark) {
            notes.add(remark);
          }

          @Override
          public void close() {}
        };
  }

  @Test
  void trainingThatMakesItWorseEndsWhereItBegan() {
    List<TrainableBackbone> asked = new ArrayList<>();
    Validation falling =
        model -> {
          asked.add(model);
          double[] ratios = asked.size() == 1 ? new double[] {2, 1} : new double[] {1, 2};
          return new HeadLogits(new double[][] {ratios, ratios}, new boolean[] {true, false});
        };
    TrainingResult result =
        trainer(TinyTask.settings(TinyTask.plan(1, 2, 0)))
            .run(EXAMPLES, falling, Progress.silent());
    assertThat(result.bestStep()).isZero();
    assertThat(result.heads().getFirst().head().yes())
        .containsExactly(TinyTask.start(backbone).yes());
  }

  @Test
  void headsAreFittedOnceAndNotWhenTrainingGoesOn() {
    List<List<Integer>> fitted = new ArrayList<>();
    HeadStart counted =
        (model, head, exits, progress) -> {
          fitted.add(exits);
          return HeadStart.SAME.heads(model, head, exits, progress);
        };
    TrainingSettings settings = TinyTask.settings(TinyTask.plan(2, 4, 0));
    Trainer trainer =
        new Trainer(backbone, "tiny", TinyTask.start(backbone), counted, settings, directory);
    assertThatThrownBy(() -> trainer.run(new Mortal(5), HELD_OUT, Progress.silent()))
        .hasMessage("killed");
    trainer.run(EXAMPLES, HELD_OUT, Progress.silent());
    assertThat(fitted).containsExactly(List.of(1, 2));
  }

  @Test
  void aValidationSetOfOneLabelIsRefused() {
    Validation onlyLiked =
        model -> new HeadLogits(new double[2][3], new boolean[] {true, true, true});
    assertThatThrownBy(() ->
            trainer(TinyTask.settings(TinyTask.plan(1, 1, 0)))
                .run(EXAMPLES, onlyLiked, Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The validation set has 3 positive labels of 3: there is no AUC to choose by."
                + " Take more impressions for validation, or another split.");
  }

  @Test
  void aFullDiskKeepsTheLastCheckpointAndSaysSo() {
    TrainingSettings settings = TinyTask.settings(TinyTask.plan(2, 100, 0));
    Checkpoints filling =
        new Checkpoints(directory, settings) {
          private int left = 2;

          @Override
          void write(Path file, TrainableBackbone model, Map<String, String> notes) {
            if (left-- > 0) {
              super.write(file, model, notes);
            } else {
              AtomicFiles.write(
                  file,
                  out -> {
                    out.write(1);
                    throw new IOException("No space left on device");
                  });
            }
          }
        };
    Trainer onFullDisk =
        new Trainer(
            backbone,
            "tiny",
            TinyTask.start(backbone),
            HeadStart.SAME,
            settings,
            directory,
            filling);
    Path last = directory.resolve("last.safetensors");
    assertThatThrownBy(() -> onFullDisk.run(EXAMPLES, HELD_OUT, Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "Cannot write %s: No space left on device. The checkpoint before it is whole: %s."
                + " Free some space, or choose a directory you can write."
                + " Then run the same again: training goes on from there.",
            last, last);
    assertThat(directory).isDirectoryNotContaining("glob:**.part");
    assertThat(run(settings, EXAMPLES).end()).isEqualTo(TrainingResult.End.DONE);
  }

  @Test
  void otherSettingsDoNotGoOnFromTheDirectory() {
    run(TinyTask.settings(TinyTask.plan(1, 100, 0)), EXAMPLES);
    TrainingSettings before = TinyTask.settings(TinyTask.plan(1, 100, 0));
    TrainingSettings other =
        new TrainingSettings(
            before.lora(),
            before.exits(),
            before.headWeights(),
            0.7,
            before.temperature(),
            before.pairwise(),
            before.listwise(),
            before.rates(),
            before.optimizer(),
            before.plan(),
            before.seed(),
            before.workers(),
            before.recompute());
    assertThatThrownBy(() -> run(other, EXAMPLES))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("was begun with the setting distillation = 0.2, not 0.7.");
  }

  @Test
  void aLossThatStaysNoNumberEndsTraining() {
    ExampleSource poisoned =
        new ExampleSource() {
          @Override
          public int batches() {
            return 40;
          }

          @Override
          public List<LabelledPrompt> batch(int epoch, int number) {
            LabelledPrompt fine = TinyTask.prompts(1, 1).getFirst();
            float[][] features = new float[fine.labels().length][1];
            features[0][0] = Float.NaN;
            return List.of(new LabelledPrompt(fine.tokens(), features, fine.labels()));
          }
        };
    assertThatThrownBy(() -> run(TinyTask.settings(TinyTask.plan(1, 100, 0)), poisoned))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The loss has been no finite number for 10 steps, up to step 10."
                + " Lower the learning rates; the last checkpoint is of step 9.");
  }
}

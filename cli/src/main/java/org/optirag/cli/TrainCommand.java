package org.optirag.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.optirag.recommender.FeatureGroups;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Calibration;
import org.optirag.workbench.CalibrationResult;
import org.optirag.workbench.ExampleSettings;
import org.optirag.workbench.Training;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code optirag train}: a low-rank adapter and exit heads on several blocks. */
@Command(
    name = "train",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Trains a low-rank adapter (LoRA) and exit heads on several blocks of the LLM, with learning"
          + " rates that fall with depth, and writes a bundle: everything that scoring needs but the"
          + " LLM itself.",
      "Interrupted, it goes on where its last checkpoint was when it is run again with the same"
          + " options. metrics.jsonl in the work directory has the losses and AUCs of every head.",
      ""
    },
    footer = {
      "",
      "Example: optirag train movielens-100k --time 30m",
      "Then:    optirag calibrate runs/bundles/movielens-100k --mean-depth 0.5 --force",
      "         optirag evaluate movielens-100k --bundle bundles/movielens-100k"
    })
final class TrainCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private PipelineOptions options;
  @Mixin private TrainingOptions training;

  @Parameters(paramLabel = "DATASET", description = "A name in the cache, or one to be pulled.")
  private String dataset;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "The bundle; default runs/bundles/DATASET, or the next that is free.")
  private @Nullable Path out;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      description = "Checkpoints and metrics; default runs/train-DATASET.")
  private @Nullable Path work;

  @Option(
      names = "--examples",
      paramLabel = "N",
      description = "Learn from a seeded sample of N impressions, in whole requests; default all.")
  private @Nullable Integer examples;

  @Option(
      names = "--validation",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Impressions of the validation part that training stops by; default 1000.")
  private int validation = 1000;

  @Option(
      names = "--calibration",
      paramLabel = "N",
      description =
          "Impressions of the validation part that the exits are calibrated on; default "
              + Calibration.MOST
              + ".")
  private int calibration = Calibration.MOST;

  @Option(
      names = "--fit",
      paramLabel = "N",
      defaultValue = "4000",
      description =
          "Heads begin as regressions on what the LLM, not yet trained, holds of N impressions; 0: as"
              + " its own answer; default 4000. Of no effect on a training that goes on.")
  private int fit = 4000;

  @Option(
      names = "--batch-tokens",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Most tokens of a step; default 2048.")
  private int batchTokens = 2048;

  @Option(
      names = "--retriever",
      paramLabel = "NAME",
      defaultValue = "gcn",
      description = "none, recent, popular, bm25, semantic or gcn; default gcn.")
  private String retriever = "gcn";

  @Option(
      names = "--features",
      split = ",",
      paramLabel = "KIND[,KIND...]",
      description =
          "What is known of a candidate without the LLM: graph and behaviour (who liked what, how"
              + " often, lately), svd (who likes both), tfidf and chars (alike in words), minilm (alike"
              + " in meaning, English); default these. And sequence: a small transformer that reads the"
              + " history, an item a token, trained first; for data where the order of clicks tells what"
              + " comes next. Head 0 answers by it before the first block; the"
              + " heads after blocks add what the LLM reads.")
  private @Nullable List<String> features;

  @Option(
      names = "--head-0",
      description =
          "How head 0 reads it: trees, boosted ones; linear, a regression; best, the one that loses"
              + " less on validation. Default best.")
  private ExampleSettings.HeadZeroModel headZero = ExampleSettings.HeadZeroModel.BEST;

  @Option(names = "--no-features", description = "Heads read the LLM alone; there is no head 0.")
  private boolean noFeatures;

  @Option(
      names = "--keep-question",
      description = "Ask the question in words with every candidate, as zero-shot prompts do.")
  private boolean keepQuestion;

  @Override
  public Integer call() {
    String named = String.valueOf(Path.of(dataset).getFileName());
    Path target =
        out == null
            ? output.directory(null, Path.of("runs", "bundles", named), Bundle.MANIFEST)
            : output.whole(out);
    Path working = work == null ? Path.of("runs", "train-" + named) : work;
    ExampleSettings learned =
        new ExampleSettings(
            examples,
            validation,
            calibration,
            fit,
            batchTokens,
            retriever,
            kinds(),
            headZero,
            keepQuestion);
    CalibrationResult result =
        new Training(dataset, options.settings(), training.recipe(), learned, common.workplace())
            .run(target, working);
    CalibrationPrinter.print(result, common);
    if (!common.json()) {
      common.out().println("Bundle: " + target.toAbsolutePath());
      common.out().flush();
    }
    return 0;
  }

  private Set<FeatureGroups.Kind> kinds() {
    if (noFeatures && features != null) {
      throw new UserException(
          "--features and --no-features were both given.", "Give one of them, or neither.");
    }
    if (noFeatures) {
      return Set.of();
    }
    SentenceModelStore embedders = new SentenceModelStore(common.cache());
    return features == null
        ? ExampleSettings.DEFAULT.features()
        : features.stream()
            .map(name -> FeatureGroups.Kind.of(name, embedders))
            .collect(Collectors.toSet());
  }
}

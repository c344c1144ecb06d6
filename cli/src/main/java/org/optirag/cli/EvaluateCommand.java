package org.optirag.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Evaluation;
import org.optirag.evaluation.EvaluationResult;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.ImpressionScorer;
import org.optirag.evaluation.LlmScorer;
import org.optirag.evaluation.Report;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.ResultsFile;
import org.optirag.evaluation.ResultsTable;
import org.optirag.evaluation.baseline.Baseline;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code optirag evaluate}: how well, and how fast, impressions are predicted. */
@Command(
    name = "evaluate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Predicts the click probability of held-out impressions and prints AUC, UAUC, LogLoss,"
          + " accuracy and calibration error with 95 %% intervals, requests per second and latency.",
      "Writes results.json and report.html, a page with charts that opens offline.",
      ""
    },
    footer = {
      "",
      "Example: optirag evaluate movielens-100k --most 500",
      "         optirag evaluate ml-1m-collm --retriever gcn,popular --part validation"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** Which held-out part is scored. */
  enum Part {
    VALIDATION,
    TEST
  }

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions pipelineOptions;

  @Parameters(
      paramLabel = "DATASET",
      arity = "0..1",
      description =
          "A name in the cache, one that can be pulled, or the directory of an import; default the"
              + " bundle's.")
  private @Nullable String dataset;

  @Option(
      names = "--bundle",
      paramLabel = "DIR",
      description = "A trained model; it is scored instead of the LLM as it was published.")
  private @Nullable Path bundle;

  @Option(
      names = "--policy",
      split = ";",
      paramLabel = "POLICY",
      description =
          "Exit policies of the bundle to compare, by semicolons: none (full depth), chosen, or any"
              + " such as max-probability:0.9; default none;chosen.")
  private List<String> policies = List.of("none", "chosen");

  @Option(
      names = "--retriever",
      split = ",",
      paramLabel = "NAME",
      arity = "0..1",
      fallbackValue = "",
      description =
          "none, recent, popular, bm25, semantic, gcn; several by commas; default all; without a"
              + " name: baselines alone.")
  private @Nullable List<String> retrievers;

  @Option(
      names = "--baseline",
      split = ",",
      paramLabel = "NAME",
      defaultValue = "bias",
      description =
          "Models without an LLM to compare with: bias, item-knn, lightgcn, fm, deepfm, din, features"
              + " (what exit heads begin as); several by commas, the first is what all others are"
              + " compared with; each is tuned on validation; default bias.")
  private List<String> baselines = List.of("bias");

  @Option(
      names = "--part",
      defaultValue = "test",
      description = "${COMPLETION-CANDIDATES}; default test.")
  private Part part = Part.TEST;

  @Option(
      names = "--most",
      paramLabel = "N",
      description = "Score a seeded sample of N impressions, in whole requests; default all.")
  private @Nullable Integer most;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      defaultValue = "86400",
      description =
          "A user's impressions within this time are candidates of one request, scored as of the"
              + " first; seconds, or places where the data has no times; default a day.")
  private long window = 86_400;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most candidates of a request; 1 scores pointwise; default 20.")
  private int candidates = 20;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Takes results.json and report.html; default runs/DATASET.")
  private @Nullable Path out;

  @Override
  public Integer call() {
    Bundle trained = bundle == null ? null : Bundle.open(bundle);
    String data = dataset != null || trained == null ? dataset : trained.dataset().name();
    if (data == null) {
      throw new UserException("Nothing says what to evaluate.", "Name a data set or a --bundle.");
    }
    List<String> wanted =
        retrievers != null ? retrievers : trained == null ? Pipeline.RETRIEVERS : List.of();
    for (String name : baselines) {
      if (!Pipeline.baselines().contains(name)) {
        throw new UserException(
            "There is no baseline \"" + name + "\".", "There are " + Pipeline.baselines() + ".");
      }
    }
    wanted = wanted.equals(List.of("")) ? List.of() : wanted;
    for (String name : wanted) {
      if (!Pipeline.RETRIEVERS.contains(name)) {
        throw new UserException(
            "There is no retriever \"" + name + "\".", "There are " + Pipeline.RETRIEVERS + ".");
      }
    }
    if (candidates < 1 || window < 0 || (most != null && most < 1)) {
      throw new UserException(
          "--candidates, --window and --most count something.", "Give positive numbers.");
    }
    try (Pipeline pipeline = new Pipeline(data, trained, pipelineOptions, common)) {
      Evaluation evaluation =
          evaluate(
              pipeline,
              baselines,
              scorers(pipeline, wanted, trained),
              part,
              new Requests.Grouping(window, candidates),
              most == null ? Integer.MAX_VALUE : most,
              pipelineOptions,
              common);
      Path directory =
          out == null ? Path.of("runs", String.valueOf(Path.of(data).getFileName())) : out;
      report(evaluation, directory, common);
    }
    return 0;
  }

  private List<LlmScorer> scorers(
      Pipeline pipeline, List<String> retrieverNames, @Nullable Bundle trained) {
    List<LlmScorer> scorers = new ArrayList<>();
    retrieverNames.forEach(name -> scorers.add(pipeline.zeroShot(name)));
    if (trained != null) {
      for (String text : policies) {
        ExitPolicy policy =
            text.equals("chosen") ? trained.plan().policy() : ExitPolicy.parse(text);
        scorers.add(pipeline.trained("optirag " + policy.text(), policy));
      }
    }
    return scorers;
  }

  /** Scores a part of the data with baselines and with the LLM behind each retriever. */
  static Evaluation evaluate(
      Pipeline pipeline,
      List<String> baselines,
      List<? extends ImpressionScorer> llms,
      Part part,
      Requests.Grouping grouping,
      int most,
      PipelineOptions options,
      CommonOptions common) {
    Interactions heldOut =
        part == Part.TEST ? pipeline.split().test() : pipeline.split().validation();
    if (heldOut.size() == 0) {
      throw new UserException(
          "The " + name(part) + " part of " + pipeline.data().name() + " has no rows.",
          "Choose another --split.");
    }
    Interactions impressions = pipeline.impressions(heldOut);
    Evaluator evaluator = Evaluator.of(impressions, grouping, most, options.seed());
    List<ImpressionScorer> scorers = new ArrayList<>();
    List<String> chosen = new ArrayList<>();
    for (String name : baselines) {
      Baseline.Tuned tuned = pipeline.baseline(name);
      scorers.add(tuned.scorer());
      chosen.add(name + ": " + tuned.chosen());
    }
    scorers.addAll(llms);
    List<EvaluationResult> results = new ArrayList<>();
    for (ImpressionScorer scorer : scorers) {
      results.add(evaluator.evaluate(scorer, options.workers(), common.progress()));
    }
    return new Evaluation(
        pipeline.data().name() + ", " + name(part),
        Instant.now(),
        facts(pipeline, heldOut, impressions, evaluator, grouping, options, chosen),
        results);
  }

  private static String name(Part part) {
    return part == Part.TEST ? "test" : "validation";
  }

  private static Map<String, String> facts(
      Pipeline pipeline,
      Interactions heldOut,
      Interactions impressions,
      Evaluator evaluator,
      Requests.Grouping grouping,
      PipelineOptions options,
      List<String> chosen) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data set", pipeline.data().name());
    facts.put("split", options.split(pipeline.data()).toString());
    facts.put("training interactions", Integer.toString(pipeline.split().train().size()));
    facts.put("impressions scored", evaluator.impressions() + " of " + impressions.size());
    facts.put("requests", Integer.toString(evaluator.requests().size()));
    facts.put("grouping", "window " + grouping.window() + ", at most " + grouping.candidates());
    var sampling = pipeline.sampling(heldOut);
    if (sampling != null) {
      facts.put("negatives", sampling.ratio() + " for each click, " + sampling.choice());
    }
    facts.put("baselines, tuned on validation", String.join("; ", chosen));
    facts.put("backbone", pipeline.backboneId().name());
    facts.put("numbers", options.dtype() + " on " + options.device());
    facts.put("workers", options.workers() + " of " + options.threads() + " threads");
    facts.put("prompt", pipeline.promptSettings().toString());
    facts.put("behaviours in a prompt", "at most " + pipeline.history());
    facts.put("seed", Long.toString(options.seed()));
    return facts;
  }

  /** Prints the table and writes the files. */
  static void report(Evaluation evaluation, Path directory, CommonOptions common) {
    Path results = directory.resolve("results.json");
    Path page = directory.resolve("report.html");
    ResultsFile.write(results, evaluation);
    Report.write(page, evaluation);
    if (common.json()) {
      common.printJson(ResultsFile.json(evaluation));
      return;
    }
    common.out().println(evaluation.title());
    common.out().println();
    common.out().print(ResultsTable.text(evaluation.results()));
    if (evaluation.results().size() > 1) {
      common.out().println();
      common.out().print(ResultsTable.differences(evaluation.results()));
    }
    common.out().println();
    common.out().println("Report:  " + page.toAbsolutePath());
    common.out().println("Results: " + results.toAbsolutePath());
    common.out().flush();
  }
}

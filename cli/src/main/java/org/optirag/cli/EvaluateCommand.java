package org.optirag.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.store.TableFile;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.SampleSize;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.EvaluationOutcome;
import org.optirag.workbench.EvaluationRequest;
import org.optirag.workbench.EvaluationRun;
import org.optirag.workbench.Evaluations;
import org.optirag.workbench.Pipeline;
import org.optirag.workbench.PipelineSettings;
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
          + " accuracy and calibration error with 95 %% intervals, AUC within requests, requests per"
          + " second and latency. MRR, nDCG and hit rate of requests stand in the files.",
      "Writes results.json and report.html, a page with charts that opens offline.",
      ""
    },
    footer = {
      "",
      "Example: optirag evaluate movielens-100k --most 500",
      "         optirag evaluate ml-1m-collm --retriever gcn,popular --part validation"
    })
final class EvaluateCommand implements Callable<Integer> {
  /** What one waits for on two cores, minutes at full depth. */
  private static final int REQUESTS = 300;

  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private PipelineOptions options;

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
              + " such as max-probability:0.9; default none;chosen. "
              + PolicyHelp.HEADS)
  private @Nullable List<String> policies;

  @Option(
      names = "--retriever",
      split = ",",
      paramLabel = "NAME",
      arity = "0..1",
      fallbackValue = "",
      description =
          "What the LLM as it was published is told: none, recent, popular, bm25, semantic, gcn;"
              + " several by commas; all; default gcn, with a bundle none of them; without a name:"
              + " baselines alone.")
  private @Nullable List<String> retrievers;

  @Option(
      names = "--baseline",
      split = ",",
      paramLabel = "NAME",
      arity = "0..1",
      fallbackValue = "",
      description =
          "Models without an LLM to compare with: bias, running-mean, item-knn, lightgcn, fm, deepfm,"
              + " din, features (a regression on the graph's figures), trees (boosted, on all that is"
              + " known without an LLM and a training of its own; trees:graph+tfidf on these kinds"
              + " alone: graph, behaviour, svd, tfidf, chars, minilm, sequence); several by commas, the"
              + " first is what all others are compared with; each is tuned on validation; without a"
              + " name: none; default bias,features, with a bundle features,trees.")
  private @Nullable List<String> baselines;

  @Option(
      names = "--part",
      defaultValue = "test",
      description = "${COMPLETION-CANDIDATES}; default test.")
  private EvaluationRun.Part part = EvaluationRun.Part.TEST;

  @Option(
      names = "--most",
      paramLabel = "N",
      description =
          "Score a seeded sample of N impressions, in whole requests, or all; default all, where the"
              + " LLM is asked 300 requests.")
  private @Nullable String most;

  @Option(
      names = "--window",
      paramLabel = "TIME",
      defaultValue = "86400",
      description =
          "A user's impressions within this time are candidates of one request, scored as of the"
              + " first; seconds, or places where the data has no times; default a day. Data that"
              + " tell what was shown together are scored so.")
  private long window = 86_400;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "20",
      description = "Most candidates of a request; 1 scores pointwise; default 20.")
  private int candidates = 20;

  @Option(
      names = "--slices",
      description =
          "Tell also how each does where the item was seen 0, 1 to 4, 5 to 19 or more times before,"
              + " and by how many behaviours of the user are known.")
  private boolean slices;

  @Option(
      names = "--permute-labels",
      description =
          "A search for leaks: labels are dealt anew at random before anything is learned, so that"
              + " every AUC must be 0.5 within its interval.")
  private boolean permuted;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Takes results.json and report.html; default runs/DATASET, or the next that is free.")
  private @Nullable Path out;

  @Option(
      names = "--predictions",
      paramLabel = "FILE",
      description =
          "Takes a row for each impression and method, in Parquet or CSV by the file's ending: scorer,"
              + " policy, user, item, request, time, asked_at, label, probability, exit_block, depth.")
  private @Nullable Path predictions;

  @Override
  public Integer call() {
    if (predictions != null) {
      output.whole(TableFile.requireEnding(predictions));
    }
    Bundle trained = bundle == null ? null : Bundle.open(bundle);
    String data = dataset != null || trained == null ? dataset : trained.dataset().name();
    if (data == null) {
      throw new UserException("Nothing says what to evaluate.", "Name a data set or a --bundle.");
    }
    if (candidates < 1 || window < 0) {
      throw new UserException(
          "--candidates and --window count something.", "Give positive numbers.");
    }
    List<String> published = zeroShot(trained != null);
    List<ExitPolicy> exits = policies(trained);
    EvaluationRequest request =
        new EvaluationRequest(
            data,
            trained,
            baselines(trained != null),
            published,
            exits,
            part,
            new Requests.Grouping(window, candidates),
            most(!published.isEmpty() || exits.stream().anyMatch(policy -> reads(policy, trained))),
            slices);
    Path directory =
        output.directory(
            out,
            Path.of("runs", String.valueOf(Path.of(data).getFileName())),
            EvaluationOutcome.RESULTS,
            EvaluationOutcome.PAGE);
    EvaluationOutcome outcome =
        new Evaluations(settings(trained != null), common.workplace()).run(request, predictions);
    outcome.write(directory);
    EvaluationPrinter.print(outcome.evaluation(), directory, common);
    outcome.tradeOff().ifPresent(report -> draw(report, directory));
    if (predictions != null && !common.json()) {
      common.out().println("Rows:    " + predictions.toAbsolutePath());
      common.out().flush();
    }
    return 0;
  }

  private PipelineSettings settings(boolean trained) {
    if (permuted && trained) {
      throw new UserException(
          "A bundle has seen the labels as they are.", "Leave out --permute-labels, or --bundle.");
    }
    PipelineSettings settings = trained ? options.settingsOfBundle() : options.settings();
    return permuted ? settings.withPermutedLabels() : settings;
  }

  private void draw(TradeOffReport report, Path directory) {
    report.write(directory);
    if (!common.json()) {
      common.out().println("Exits:   " + directory.resolve(TradeOffReport.PAGE).toAbsolutePath());
      common.out().flush();
    }
  }

  /** The retrievers that the LLM as it was published is tried with. */
  private List<String> zeroShot(boolean trained) {
    if (retrievers == null) {
      return trained ? List.of() : List.of("gcn");
    }
    return retrievers.equals(List.of("all")) ? Pipeline.RETRIEVERS : named(retrievers);
  }

  /** What a model has to beat: with a bundle, the strongest without an LLM. */
  private List<String> baselines(boolean trained) {
    if (baselines == null) {
      return trained ? List.of("features", "trees") : List.of("bias", "features");
    }
    return named(baselines);
  }

  /** Whether a policy may let the LLM read: all but to stop at a head before the first block. */
  private static boolean reads(ExitPolicy policy, @Nullable Bundle trained) {
    boolean before = trained != null && trained.heads().getFirst().block() == 0;
    return !(before && policy instanceof ExitPolicy.Fixed fixed && fixed.head() == 1);
  }

  private SampleSize most(boolean asksLlm) {
    if (most == null) {
      return asksLlm ? SampleSize.ofRequests(REQUESTS) : SampleSize.ALL;
    }
    if (most.equals("all")) {
      return SampleSize.ALL;
    }
    try {
      return SampleSize.ofImpressions(Integer.parseInt(most));
    } catch (IllegalArgumentException e) {
      throw new UserException(
          "--most is \"%s\".".formatted(most), "Give a whole number from 1 on, or all.");
    }
  }

  /** An option without a value names nothing. */
  private static List<String> named(List<String> given) {
    return given.equals(List.of("")) ? List.of() : given;
  }

  private List<ExitPolicy> policies(@Nullable Bundle trained) {
    if (trained == null) {
      if (policies != null) {
        throw new UserException(
            "--policy goes with a bundle: without one there are no exit heads.",
            "Give --bundle, or leave --policy out.");
      }
      return List.of();
    }
    List<String> compared = policies == null ? List.of("none", "chosen") : policies;
    return compared.stream().map(text -> Evaluations.policy(text, trained)).toList();
  }
}

package org.optirag.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.dataset.store.TableFile;
import org.optirag.recommender.Recommender;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workbench.TableScoring;
import org.optirag.workspace.Counted;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code optirag score}: click probabilities for a table of impressions, on one machine. */
@Command(
    name = "score",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Scores a table (CSV or TSV with a header, JSON lines, Parquet) with the columns user and item,"
          + " and perhaps time (seconds since 1970; where it is missing, after all that is known) and"
          + " title (for items that the data need not know). Writes the same rows in the same order with"
          + " pctr, exit_block and unscored, which says why a row has no probability.",
      "Rows of one user and time are scored together. Interrupted, it goes on where it was: what is"
          + " done is kept beside the output until that is whole.",
      ""
    },
    footer = {
      "",
      "Example: optirag score --bundle bundles/movielens-100k --input pairs.csv --out scores.parquet"
    })
final class ScoreCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private PipelineOptions options;

  @Option(names = "--bundle", paramLabel = "DIR", required = true, description = "A trained model.")
  private Path bundle;

  @Option(
      names = "--dataset",
      paramLabel = "NAME",
      description = "A name in the cache, or one that can be pulled; default the bundle's.")
  private @Nullable String dataset;

  @Option(
      names = "--policy",
      paramLabel = "POLICY",
      defaultValue = "chosen",
      description =
          "Exit policy of the bundle: chosen, none, or any; default chosen. " + PolicyHelp.HEADS)
  private String policy = "chosen";

  @Option(
      names = "--events",
      paramLabel = "FILE",
      description =
          "What happened since the import, JSON lines as the service's feedback takes them.")
  private @Nullable Path events;

  @Option(names = "--input", paramLabel = "FILE", required = true, description = "The table.")
  private Path input;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "FILE",
      required = true,
      description = "Takes the scores, in Parquet or CSV by the file's ending.")
  private Path out;

  @Option(
      names = "--candidates",
      paramLabel = "N",
      defaultValue = "100",
      description = "Most rows that are scored on one context; default 100.")
  private int candidates = 100;

  @Override
  public Integer call() {
    output.whole(TableFile.requireEnding(out));
    if (candidates < 1) {
      throw new UserException("--candidates " + candidates + " scores nothing.", "Give 1 or more.");
    }
    Bundle opened = Bundle.open(bundle);
    String data = dataset == null ? opened.dataset().name() : dataset;
    PipelineSettings settings = options.settingsOfBundle();
    Backbone.setThreads(settings.threads());
    Recommender.Builder builder =
        Recommender.builder(bundle, data)
            .dtype(settings.dtype())
            .device(settings.device())
            .policy(policy)
            .progress(common.progress())
            .tell(common::tell);
    if (events != null) {
      builder.events(events);
    }
    String how =
        "%s, data %s, policy %s, events %s, %d on a context"
            .formatted(opened.manifest().created(), data, policy, events, candidates);
    TableScoring scoring = new TableScoring(input, out, how, candidates, common.workplace());
    TableScoring.Result result;
    try (Recommender recommender = builder.open()) {
      result = scoring.run(recommender);
    }
    if (common.json()) {
      common.printJson(result);
    } else {
      common
          .out()
          .printf(
              Locale.ROOT,
              "%s, %,d of them scored now; in %s%n",
              Counted.of(result.rows(), "row"),
              result.scoredNow(),
              out.toAbsolutePath())
          .flush();
    }
    if (result.unscored() > 0) {
      common.tell(
          "%s could not be scored; the column unscored says why."
              .formatted(Counted.of(result.unscored(), "row")));
    }
    return 0;
  }
}

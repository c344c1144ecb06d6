package org.optirag.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.tradeoff.PolicyChoice;
import org.optirag.evaluation.tradeoff.RiskControl;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Calibration;
import org.optirag.workbench.CalibrationResult;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.UserException;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code optirag calibrate}: chooses a point on the curve of accuracy against depth. */
@Command(
    name = "calibrate",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Chooses when a trained model may stop early: from validation alone it calibrates every exit"
          + " head, tries exit policies of every family, and writes the chosen one, with the whole"
          + " curve, into the bundle's policy.json.",
      ""
    },
    footer = {
      "",
      "Example: optirag calibrate bundles/movielens-100k --max-auc-drop 0.002 --to runs/bundles/quick",
      "         optirag calibrate runs/bundles/quick --mean-depth 0.5 --force",
      "         optirag calibrate runs/bundles/quick --risk 0.05 --confidence 0.9 --force"
    })
final class CalibrateCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private PipelineOptions options;

  @Parameters(paramLabel = "BUNDLE", description = "The directory that 'optirag train' wrote.")
  private Path directory;

  @ArgGroup private @Nullable Wish wish;

  /** One of four, or none. */
  static final class Wish {
    @Option(
        names = "--max-auc-drop",
        paramLabel = "X",
        description =
            "The shallowest policy that loses at most X of AUC. Without any goal: head 0 alone,"
                + " unless full depth certainly ranks better on validation; there, 0.002.")
    private @Nullable Double maxAucDrop;

    @Option(
        names = "--mean-depth",
        paramLabel = "SHARE",
        description = "The best policy whose candidates run at most this share of the blocks.")
    private @Nullable Double meanDepth;

    @Option(
        names = "--request-cost",
        paramLabel = "SHARE",
        description =
            "The best policy whose requests cost at most this share of full depth; a context that"
                + " candidates share runs as deep as the deepest of them.")
    private @Nullable Double requestCost;

    @ArgGroup(exclusive = false)
    private @Nullable Risk risk;
  }

  /** A promise. */
  static final class Risk {
    @Option(
        names = "--risk",
        required = true,
        paramLabel = "E",
        description =
            "The shallowest policy whose mean loss against full depth is at most E, with a"
                + " guarantee (Learn then Test).")
    private double epsilon;

    @Option(names = "--confidence", paramLabel = "P", description = "Of that; default 0.9.")
    private double confidence = 0.9;

    @Option(
        names = "--loss",
        description = "What counts: ${COMPLETION-CANDIDATES}; default disagreement.")
    private RiskControl.Loss loss = RiskControl.Loss.DISAGREEMENT;
  }

  @Option(
      names = "--most",
      paramLabel = "N",
      defaultValue = "3000",
      description = "Read a seeded sample of N validation impressions; default 3000.")
  private int most = Calibration.MOST;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description =
          "Takes tradeoff.html, the curve as a page; default runs/DATASET, or the next that is free.")
  private @Nullable Path out;

  @Option(
      names = "--to",
      paramLabel = "DIR",
      description = "Takes the calibrated bundle; default the bundle itself, which needs --force.")
  private @Nullable Path to;

  @Override
  public Integer call() {
    PipelineSettings settings = options.settingsOfBundle();
    Calibration.Goal goal = goal(settings.seed());
    Bundle bundle = Bundle.open(directory);
    if (to == null && !output.force()) {
      throw new UserException(
          "This would replace the bundle " + directory + " by the calibrated one.",
          "Name another place with --to, or give --force to replace it.");
    }
    Path target = to == null ? directory : output.whole(to);
    Path standard = Path.of("runs", bundle.dataset().name());
    Path drawn = output.directory(out, standard, TradeOffReport.PAGE);
    CalibrationResult result =
        new Calibration(settings, common.workplace()).run(bundle, target, goal, most, drawn);
    CalibrationPrinter.print(result, common);
    return 0;
  }

  private Calibration.Goal goal(long seed) {
    if (wish == null) {
      return Calibration.Goal.wherePaying(Calibration.STANDARD, seed);
    }
    Risk risk = wish.risk;
    return risk == null
        ? Calibration.Goal.of(choice(wish))
        : Calibration.Goal.of(new RiskControl(risk.loss, risk.epsilon, 1 - risk.confidence));
  }

  private static PolicyChoice choice(Wish wish) {
    if (wish.maxAucDrop != null) {
      return new PolicyChoice.MaxAucDrop(wish.maxAucDrop);
    }
    if (wish.meanDepth != null) {
      return new PolicyChoice.MeanDepth(wish.meanDepth);
    }
    if (wish.requestCost != null) {
      return new PolicyChoice.RequestCost(wish.requestCost);
    }
    return Calibration.STANDARD;
  }
}

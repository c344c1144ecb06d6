package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.tradeoff.HeadReadings;
import org.optirag.evaluation.tradeoff.PolicyChoice;
import org.optirag.evaluation.tradeoff.ReadingScorer;
import org.optirag.evaluation.tradeoff.RiskControl;
import org.optirag.evaluation.tradeoff.TradeOff;
import org.optirag.evaluation.tradeoff.TradeOffReport;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.scoring.bundle.Bundle;
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
      "Example: optirag calibrate bundles/movielens-100k --max-auc-drop 0.002",
      "         optirag calibrate bundles/movielens-100k --mean-depth 0.5",
      "         optirag calibrate bundles/movielens-100k --risk 0.05 --confidence 0.9"
    })
final class CalibrateCommand implements Callable<Integer> {
  /** What a bundle is calibrated for unless told otherwise. */
  static final PolicyChoice STANDARD = new PolicyChoice.MaxAucDrop(0.002);

  /** Enough validation impressions for a curve whose AUCs are known to about 0.01. */
  static final int MOST = 3000;

  @Mixin private CommonOptions common;
  @Mixin private PipelineOptions options;

  @Parameters(paramLabel = "BUNDLE", description = "The directory that 'optirag train' wrote.")
  private Path directory;

  @ArgGroup private @Nullable Wish wish;

  /** One of four. */
  static final class Wish {
    @Option(
        names = "--max-auc-drop",
        paramLabel = "X",
        description = "The shallowest policy that loses at most X of AUC; the default, with 0.002.")
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
  private int most = MOST;

  @Option(
      names = {"-o", "--out"},
      paramLabel = "DIR",
      description = "Takes tradeoff.html, the curve as a page; default runs/DATASET.")
  private @Nullable Path out;

  /** What was chosen. */
  record Chosen(
      String policy,
      String why,
      double meanDepth,
      double requestCost,
      double auc,
      double fullAuc,
      List<Integer> blocks,
      List<Double> headAucs,
      List<Integer> exits) {}

  @Override
  public Integer call() {
    Bundle bundle = Bundle.open(directory);
    ExitPlan plan = plan(bundle);
    Bundle.write(directory, bundle.contents(plan, bundle.metrics()));
    draw(bundle, plan, out, options, common);
    report(plan, common);
    return 0;
  }

  /** Writes the curve that the plan was chosen on as a page. */
  static void draw(
      Bundle bundle,
      ExitPlan plan,
      @Nullable Path out,
      PipelineOptions options,
      CommonOptions common) {
    String dataset = bundle.dataset().name();
    Path directory = out == null ? Path.of("runs", dataset) : out;
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("data set", dataset);
    facts.put("backbone", bundle.manifest().backbone().name());
    facts.put("seed", Long.toString(options.seed()));
    new TradeOffReport(
            dataset + ", validation",
            Instant.now(),
            facts,
            bundle.manifest().backbone().blocks(),
            plan,
            Optional.empty())
        .write(directory);
    if (!common.json()) {
      common.out().println("Curve:  " + directory.resolve(TradeOffReport.PAGE).toAbsolutePath());
    }
  }

  private ExitPlan plan(Bundle bundle) {
    if (most < 1) {
      throw new UserException("--most " + most + " reads nothing.", "Give a positive number.");
    }
    HeadReadings readings = readings(bundle, options, common, most);
    Risk risk = wish == null ? null : wish.risk;
    if (risk != null) {
      return new RiskControl(risk.loss, risk.epsilon, 1 - risk.confidence)
          .plan(readings, TradeOff.Answer.ALL_HEADS);
    }
    return TradeOff.of(readings, TradeOff.Answer.ALL_HEADS).plan(choice());
  }

  private PolicyChoice choice() {
    if (wish != null && wish.maxAucDrop != null) {
      return new PolicyChoice.MaxAucDrop(wish.maxAucDrop);
    }
    if (wish != null && wish.meanDepth != null) {
      return new PolicyChoice.MeanDepth(wish.meanDepth);
    }
    if (wish != null && wish.requestCost != null) {
      return new PolicyChoice.RequestCost(wish.requestCost);
    }
    return STANDARD;
  }

  /** What the heads of a bundle say of its data set's validation part. */
  static HeadReadings readings(
      Bundle bundle, PipelineOptions options, CommonOptions common, int most) {
    try (Pipeline pipeline = new Pipeline(bundle.dataset().name(), bundle, options, common)) {
      List<CalibratedHead> plain =
          bundle.heads().stream()
              .map(h -> new CalibratedHead(h.block(), h.head(), HeadCalibration.IDENTITY))
              .toList();
      ReadingScorer scorer =
          new ReadingScorer(
              pipeline.trained(
                  "validation at full depth",
                  new Scorer(pipeline.backbone(), plain, new ExitPolicy.None())));
      Evaluator evaluator =
          Evaluator.of(
              pipeline.impressions(pipeline.split().validation()),
              Requests.Grouping.DEFAULT,
              most,
              options.seed());
      evaluator.evaluate(scorer, options.workers(), common.progress());
      return scorer.readings(
          evaluator,
          pipeline.backbone().config().blocks(),
          plain.stream().map(CalibratedHead::block).toList());
    }
  }

  /** Tells what was chosen. */
  static void report(ExitPlan plan, CommonOptions common) {
    TradeOffPoint full = point(plan, new ExitPolicy.None());
    TradeOffPoint chosen = point(plan, plan.policy());
    if (common.json()) {
      common.printJson(
          new Chosen(
              plan.policy().text(),
              plan.chosen(),
              chosen.meanDepth(),
              chosen.requestCost(),
              chosen.auc(),
              full.auc(),
              plan.curve().blocks(),
              plan.curve().headAucs(),
              chosen.exits()));
      return;
    }
    PrintWriter out = common.out();
    out.printf("%nOn validation%n%8s %10s %10s%n", "block", "head AUC", "exits");
    for (int head = 0; head < plan.curve().blocks().size(); head++) {
      out.printf(
          Locale.ROOT,
          "%8d %10.4f %10d%n",
          plan.curve().blocks().get(head),
          plan.curve().headAucs().get(head),
          chosen.exits().get(head));
    }
    out.printf("%nPolicy %s (%s)%n", plan.policy().text(), plan.chosen());
    out.printf(
        Locale.ROOT,
        "Mean depth %.3f, arithmetic of a request %.3f of full depth's;"
            + " AUC %.4f, at full depth %.4f%n",
        chosen.meanDepth(),
        chosen.requestCost(),
        chosen.auc(),
        full.auc());
    out.flush();
  }

  private static TradeOffPoint point(ExitPlan plan, ExitPolicy policy) {
    return plan.curve().points().stream()
        .filter(point -> point.policy().equals(policy))
        .findFirst()
        .orElse(plan.curve().points().getFirst());
  }
}

package org.optirag.evaluation.tradeoff;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.ReportTemplate;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.ExitPolicy.RatioTrend;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workspace.AtomicFiles;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A plan of exits as one HTML page, which opens without a network: the curve of every policy family
 * with its Pareto front, where candidates leave, and what each head knows.
 *
 * @param title for instance "movielens-100k, SmolLM2-135M"
 * @param created when it was measured
 * @param facts what a reader needs to repeat it, in order
 * @param depth blocks of the backbone, L
 * @param plan the policy, and the curve it was chosen on
 * @param test some of the policies measured on test, as {@link TradeOff#on} does
 */
public record TradeOffReport(
    String title,
    Instant created,
    Map<String, String> facts,
    int depth,
    ExitPlan plan,
    Optional<TradeOffCurve> test) {
  /** What the page's data call themselves. */
  public static final String FORMAT = "optirag-tradeoff";

  /** Raised when a reader of the old form would misread the new one. */
  public static final int VERSION = 1;

  /** Copies, keeping the order. */
  public TradeOffReport {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }

  /** The page's file. */
  public static final String PAGE = "tradeoff.html";

  /** The file of the page's data alone. */
  public static final String DATA = "tradeoff.json";

  /**
   * Writes the page and its data into a directory, each whole or not at all.
   *
   * @throws org.optirag.workspace.UserException if the directory cannot be written
   */
  public void write(Path directory) {
    AtomicFiles.writeString(directory.resolve(PAGE), html());
    AtomicFiles.writeString(directory.resolve(DATA), json().toPrettyString() + "\n");
  }

  String html() {
    return ReportTemplate.named("tradeoff.html").page(json());
  }

  ObjectNode json() {
    ObjectNode root = JsonNodeFactory.instance.objectNode();
    root.put("format", FORMAT);
    root.put("version", VERSION);
    root.put("title", title);
    root.put("created", created.toString());
    ObjectNode said = root.putObject("facts");
    facts.forEach(said::put);
    said.put("exit policy", plan.policy().text());
    said.put("chosen by", plan.chosen());
    said.put("answer", plan.answer().heads().isEmpty() ? "last head" : "all heads seen");
    root.put("depth", depth);
    root.put("chosen", plan.policy().text());
    TradeOffCurve curve = plan.curve();
    ArrayNode blocks = root.putArray("blocks");
    curve.blocks().forEach(blocks::add);
    root.set("headAucs", headAucs(curve));
    test.ifPresent(on -> root.set("testHeadAucs", headAucs(on)));
    Map<ExitPolicy, TradeOffPoint> tested = new LinkedHashMap<>();
    test.ifPresent(on -> on.points().forEach(point -> tested.put(point.policy(), point)));
    ArrayNode points = root.putArray("points");
    for (TradeOffPoint point : curve.points()) {
      ObjectNode node = json(point);
      TradeOffPoint onTest = tested.get(point.policy());
      if (onTest != null) {
        node.set("test", json(onTest));
      }
      points.add(node);
    }
    return root;
  }

  private static ArrayNode headAucs(TradeOffCurve curve) {
    ArrayNode aucs = JsonNodeFactory.instance.arrayNode();
    curve.headAucs().forEach(auc -> aucs.add(finite(auc)));
    return aucs;
  }

  private static ObjectNode json(TradeOffPoint point) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("policy", point.policy().text());
    node.put("series", series(point.policy()));
    node.put("meanDepth", point.meanDepth());
    node.put("requestCost", point.requestCost());
    node.put("promptCost", point.promptCost());
    node.put("auc", finite(point.auc()));
    node.put("uauc", finite(point.uauc()));
    node.put("logLoss", finite(point.logLoss()));
    node.put("accuracy", finite(point.accuracy()));
    ArrayNode exits = node.putArray("exits");
    point.exits().forEach(exits::add);
    return node;
  }

  /** The family, with what goes beyond the paper told apart. */
  private static String series(ExitPolicy policy) {
    return policy instanceof RatioTrend trend && !trend.isPlain()
        ? "ratio-trend, extended"
        : policy.family();
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }
}

package org.optirag.scoring.bundle;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workspace.UserException;

/**
 * Checks what the files of a bundle say, so that nothing of it fails later, in the middle of a
 * request. Errors name the file and the field.
 *
 * @param file what errors call the file
 */
record BundleCheck(String file) {
  private static final int MOST_BLOCKS = 10_000;
  private static final int WIDEST = 1 << 20;
  private static final int MOST_POINTS = 10_000;
  private static final int MOST_NAMES = 10_000;
  private static final int LONGEST_NAME = 1_000;
  private static final int MOST_TOKENS = 1 << 20;
  private static final double FARTHEST = 1e6; // of log ratios and what is added to them
  private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

  /** Of bundle.json. */
  void manifest(BundleManifest manifest) {
    complete("", manifest);
    BackboneId backbone = manifest.backbone();
    name("backbone.name", backbone.name());
    require(
        SHA256.matcher(backbone.sha256()).matches(),
        "backbone.sha256",
        "\"" + shortened(backbone.sha256()) + "\"",
        "64 digits of a sha256");
    name("backbone.architecture", backbone.architecture());
    within("backbone.blocks", backbone.blocks(), 1, MOST_BLOCKS);
    within("backbone.hidden", backbone.hidden(), 1, WIDEST);
    Inference inference = manifest.inference();
    if (inference != null) {
      name("inference.split", inference.split());
      ascending("inference.exits", inference.exits(), backbone.blocks());
      DataFingerprint data = inference.data();
      if (data != null) {
        within("inference.data.users", data.users(), 0, Integer.MAX_VALUE);
        within("inference.data.items", data.items(), 0, Integer.MAX_VALUE);
      }
    }
  }

  /**
   * Of policy.json.
   *
   * @param blocks L
   */
  void plan(ExitPlan plan, int blocks) {
    complete("", plan);
    policy("policy", plan.policy());
    List<HeadCalibration> calibrations = plan.calibrations();
    for (int head = 0; head < calibrations.size(); head++) {
      String at = "calibrations[" + head + "].";
      double slope = calibrations.get(head).slope();
      require(slope > 0 && slope <= FARTHEST, at + "slope", slope, "a number above 0");
      finite(at + "bias", calibrations.get(head).bias());
    }
    List<TraceScore.AtHead> answer = plan.answer().heads();
    for (int head = 0; head < answer.size(); head++) {
      String at = "answer.heads[" + head + "].";
      for (int i = 0; i < answer.get(head).weights().size(); i++) {
        finite(at + "weights[" + i + "]", answer.get(head).weights().get(i));
      }
      finite(at + "bias", answer.get(head).bias());
    }
    curve(plan.curve(), blocks);
    for (int head = 0; head < plan.scoreDeciles().size(); head++) {
      double before = 0;
      for (int tenth = 0; tenth < plan.scoreDeciles().get(head).size(); tenth++) {
        double decile = plan.scoreDeciles().get(head).get(tenth);
        require(
            decile >= before && decile <= 1,
            "scoreDeciles[%d][%d]".formatted(head, tenth),
            decile,
            "a number from %s to 1: deciles ascend".formatted(before));
        before = decile;
      }
    }
  }

  private void curve(TradeOffCurve curve, int blocks) {
    ascending("curve.blocks", curve.blocks(), blocks);
    for (int head = 0; head < curve.headAucs().size(); head++) {
      shareOrUnknown("curve.headAucs[" + head + "]", curve.headAucs().get(head));
    }
    require(
        curve.points().size() <= MOST_POINTS,
        "curve.points",
        curve.points().size() + " points",
        "at most " + MOST_POINTS);
    Set<ExitPolicy> seen = new HashSet<>();
    for (int i = 0; i < curve.points().size(); i++) {
      TradeOffPoint point = curve.points().get(i);
      String at = "curve.points[" + i + "].";
      policy(at + "policy", point.policy());
      require(seen.add(point.policy()), at + "policy", point.policy().text(), "each policy once");
      for (int head = 0; head < point.exits().size(); head++) {
        within(at + "exits[" + head + "]", point.exits().get(head), 0, Integer.MAX_VALUE);
      }
      share(at + "meanDepth", point.meanDepth());
      shareOrUnknown(at + "auc", point.auc());
      shareOrUnknown(at + "uauc", point.uauc());
      shareOrUnknown(at + "accuracy", point.accuracy());
      require(
          Double.isNaN(point.logLoss()) || (point.logLoss() >= 0 && point.logLoss() <= FARTHEST),
          at + "logLoss",
          point.logLoss(),
          "a number from 0 on");
      cost(at + "promptCost", point.promptCost(), curve, point);
      cost(at + "requestCost", point.requestCost(), curve, point);
    }
  }

  /** Only what stops before the first block costs nothing. */
  private void cost(String field, double cost, TradeOffCurve curve, TradeOffPoint point) {
    share(field, cost);
    boolean free =
        curve.blocks().getFirst() == 0
            && point.exits().stream().skip(1).allMatch(exits -> exits == 0);
    require(cost > 0 || free, field, cost, "a number above 0: candidates of it stop after a block");
  }

  private void policy(String field, ExitPolicy policy) {
    if (policy instanceof ExitPolicy.RatioTrend trend) {
      finite(field + ".threshold", trend.threshold());
    }
  }

  /** Of dataset.json. */
  void dataset(DatasetSchema dataset) {
    complete("", dataset);
    name("name", dataset.name());
    name("noun", dataset.noun());
    finite("rules.likedFrom", dataset.rules().likedFrom());
    names("itemFields", dataset.itemFields());
    names("userFields", dataset.userFields());
    within("prompt.tokens", dataset.prompt().tokens(), 1, MOST_TOKENS);
    within("prompt.titleTokens", dataset.prompt().titleTokens(), 1, MOST_TOKENS);
    FeatureSchema features = dataset.features();
    if (features != null) {
      names("features.names", features.names());
      finite("features.mean", features.mean());
      finite("features.deviation", features.deviation());
      for (int i = 0; i < features.deviation().size(); i++) {
        require(
            features.deviation().get(i) >= 0,
            "features.deviation[" + i + "]",
            features.deviation().get(i),
            "a number from 0 on");
      }
      for (int unit = 0; unit < features.unitWeights().size(); unit++) {
        finite("features.unitWeights[" + unit + "]", features.unitWeights().get(unit));
      }
      finite("features.unitBias", features.unitBias());
    }
  }

  /** Of metrics.json. */
  void metrics(Map<String, Map<String, Double>> metrics) {
    metrics.forEach((split, figures) -> {
      name("\"" + shortened(split) + "\"", split);
      complete("\"" + shortened(split) + "\"", figures);
    });
  }

  /**
   * Of heads.safetensors: each reads as many numbers as there are of a candidate.
   *
   * @param schema what heads read beside the LLM's states, or null
   */
  void heads(List<CalibratedHead> heads, @Nullable FeatureSchema schema) {
    int width =
        schema == null
            ? 0
            : schema.model() == FeatureSchema.Model.TREES
                ? 1
                : schema.names().size() + schema.unitBias().size();
    for (CalibratedHead head : heads) {
      require(
          head.head().features() == width,
          "head." + head.block() + ".features",
          "of " + head.head().features() + " numbers",
          "of the " + width + " that " + Bundle.DATASET + " speaks of");
      require(
          head.block() == 0 || head.head().epsilon() >= 0,
          "head." + head.block() + ".epsilon",
          head.head().epsilon(),
          "a number from 0 on");
    }
  }

  private void ascending(String field, List<Integer> blocks, int most) {
    int least = 0;
    for (int i = 0; i < blocks.size(); i++) {
      require(
          blocks.get(i) >= least && blocks.get(i) <= most,
          field + "[" + i + "]",
          blocks.get(i),
          "blocks from 0 to %d that ascend".formatted(most));
      least = blocks.get(i) + 1;
    }
    require(!blocks.isEmpty(), field, "empty", "at least one block");
  }

  private void names(String field, List<String> names) {
    require(names.size() <= MOST_NAMES, field, names.size() + " names", "at most " + MOST_NAMES);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < names.size(); i++) {
      String at = field + "[" + i + "]";
      name(at, names.get(i));
      require(seen.add(names.get(i)), at, "\"" + names.get(i) + "\"", "each name once");
    }
  }

  private void name(String field, String name) {
    boolean plain =
        !name.isBlank()
            && name.length() <= LONGEST_NAME
            && name.codePoints()
                .noneMatch(c -> Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF));
    require(plain, field, "\"" + shortened(name) + "\"", "a name in a line");
  }

  private void finite(String field, List<Float> numbers) {
    for (int i = 0; i < numbers.size(); i++) {
      float number = numbers.get(i);
      require(Float.isFinite(number), field + "[" + i + "]", number, "a finite number");
    }
  }

  private void finite(String field, double number) {
    require(
        Math.abs(number) <= FARTHEST,
        field,
        number,
        "a number from %s to %s".formatted(-FARTHEST, FARTHEST));
  }

  private void share(String field, double number) {
    require(number >= 0 && number <= 1, field, number, "a number from 0 to 1");
  }

  /** Of data where a figure has no meaning it is NaN. */
  private void shareOrUnknown(String field, double number) {
    require(
        Double.isNaN(number) || (number >= 0 && number <= 1),
        field,
        number,
        "a number from 0 to 1, or NaN where nothing is known");
  }

  private void within(String field, int number, int least, int most) {
    require(
        number >= least && number <= most,
        field,
        number,
        "a whole number from %d to %d".formatted(least, most));
  }

  /** Nothing is null but what may be. */
  private void complete(String path, @Nullable Object value) {
    switch (value) {
      case null -> require(false, path, "null", "a value");
      case Record holder -> {
        for (RecordComponent component : holder.getClass().getRecordComponents()) {
          Object part = part(holder, component);
          boolean optional = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
          if (part != null || !optional) {
            complete(path.isEmpty() ? component.getName() : path + "." + component.getName(), part);
          }
        }
      }
      case List<?> list -> {
        for (int i = 0; i < list.size(); i++) {
          complete(path + "[" + i + "]", list.get(i));
        }
      }
      case Map<?, ?> map ->
          map.forEach((key, part) -> complete(path + "." + shortened(String.valueOf(key)), part));
      default -> {}
    }
  }

  private static @Nullable Object part(Record holder, RecordComponent component) {
    try {
      component.getAccessor().setAccessible(true);
      return component.getAccessor().invoke(holder);
    } catch (IllegalAccessException | InvocationTargetException e) {
      throw new IllegalStateException(e);
    }
  }

  private void require(boolean holds, String field, Object found, String wanted) {
    if (!holds) {
      throw new UserException(
          "%s is broken: %s is %s, expected %s.".formatted(file, field, found, wanted),
          "Take the bundle again from where it came from.");
    }
  }

  private static String shortened(String text) {
    StringBuilder start = new StringBuilder();
    text.codePoints()
        .limit(40)
        .forEach(c ->
            start.appendCodePoint(
                Character.isISOControl(c) || (c >= 0xD800 && c <= 0xDFFF) ? '?' : c));
    return start.length() < text.length() ? start + "…" : start.toString();
  }
}

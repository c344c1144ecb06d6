package org.optirag.server.rollout;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.knowledge.Event;
import org.optirag.scoring.Score;
import org.optirag.server.ranking.RankAnswer;

/**
 * How well each bundle does on the users it meets: what it answered is kept until feedback brings
 * the label. Safe for use from many threads.
 */
public final class LiveQuality {
  /** Answers that wait for their labels; the oldest are forgotten. */
  private static final int WAITING = 100_000;

  /** Of labels, and of candidates. */
  private static final int WINDOW = 2000;

  private final MeterRegistry registry;
  private final Map<Key, Served> waiting =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Served> eldest) {
          return size() > WAITING;
        }
      };
  private final Map<String, OfBundle> bundles = new TreeMap<>();

  private record Key(String bundle, String user, String item) {}

  private record Served(double probability, List<Score.Reading> heads) {}

  /** A bundle's windows, and what tells of them. */
  private static final class OfBundle {
    private final Instant created;
    private final Path directory;
    private final List<Meter> meters = new ArrayList<>();
    private final OutcomeWindow answers = new OutcomeWindow(WINDOW);
    private final Map<Integer, OutcomeWindow> heads = new TreeMap<>();
    private final double[] firstScores = new double[WINDOW];
    private int first;
    private @Nullable ScoreDrift sinceFirst;
    private final Map<Integer, ScoreDrift> sinceValidation = new TreeMap<>();
    private final RecentMean depth = new RecentMean(WINDOW);
    private final RecentMean expectedDepth = new RecentMean(WINDOW);
    private final RecentMean[] inputs;

    OfBundle(BundleCard card) {
      created = card.created();
      directory = card.directory();
      inputs = new RecentMean[card.inputs().size()];
      Arrays.setAll(inputs, i -> new RecentMean(WINDOW));
      for (int head = 0; head < card.scoreDeciles().size(); head++) {
        sinceValidation.put(
            card.heads().get(head), ScoreDrift.against(card.scoreDeciles().get(head), WINDOW));
      }
    }

    void score(Score score) {
      if (sinceFirst != null) {
        sinceFirst.add(score.probability());
      } else {
        firstScores[first++] = score.probability();
        sinceFirst = first == WINDOW ? ScoreDrift.against(firstScores) : null;
      }
      if (!score.trace().isEmpty()) {
        // Every candidate meets the first head, so that its scores can be held against those of
        // all of validation; which candidates meet a later head is up to the policy.
        Score.Reading reading = score.trace().getFirst();
        ScoreDrift drift = sinceValidation.get(reading.block());
        if (drift != null) {
          drift.add(reading.probability());
        }
      }
    }

    double driftFromFirst() {
      return sinceFirst == null ? Double.NaN : sinceFirst.index();
    }
  }

  /** Puts its figures into a registry. */
  public LiveQuality(MeterRegistry registry) {
    this.registry = registry;
  }

  /** A bundle answered, or scored as a shadow. */
  public synchronized void served(BundleCard card, RankAnswer answer) {
    OfBundle of = bundle(card);
    List<Score> scores = answer.scored().scores();
    float[][] features = answer.prepared().prompt().features();
    double expected = answer.scored().point().meanDepth();
    for (int i = 0; i < scores.size(); i++) {
      Score score = scores.get(i);
      CandidateItem item = answer.query().candidates().get(i);
      Key key = new Key(card.name(), answer.query().user(), item.id());
      waiting.remove(key);
      waiting.put(key, new Served(score.probability(), score.trace()));
      of.score(score);
      of.depth.add((double) score.exitBlock() / card.blocks());
      of.expectedDepth.add(expected);
      for (int f = 0; f < Math.min(of.inputs.length, features[i].length); f++) {
        of.inputs[f].add(features[i][f]);
      }
    }
  }

  /** Feedback came. */
  public synchronized void learn(List<? extends Event> events) {
    for (Event event : events) {
      if (event instanceof Event.Interacted met) {
        bundles.forEach((name, of) -> {
          Served served = waiting.remove(new Key(name, met.user(), met.item()));
          if (served != null) {
            of.answers.add(served.probability, met.liked());
            for (Score.Reading head : served.heads) {
              head(name, of, head.block()).add(head.probability(), met.liked());
            }
          }
        });
      }
    }
  }

  /** A figure of a bundle's answers; NaN where nothing is known. For status pages and tests. */
  public synchronized double auc(String bundle) {
    OfBundle of = bundles.get(bundle);
    return of == null ? Double.NaN : of.answers.auc();
  }

  private OfBundle bundle(BundleCard card) {
    OfBundle of = bundles.get(card.name());
    boolean another =
        of == null || !of.created.equals(card.created()) || !of.directory.equals(card.directory());
    if (of == null || another) {
      if (of != null) { // another bundle goes by the name now: it begins with nothing
        of.meters.forEach(registry::remove);
        waiting.keySet().removeIf(key -> key.bundle.equals(card.name()));
      }
      OfBundle fresh = new OfBundle(card);
      bundles.put(card.name(), fresh);
      register(card, fresh);
      of = fresh;
    }
    return of;
  }

  private OutcomeWindow head(String bundle, OfBundle of, int block) {
    OutcomeWindow window = of.heads.get(block);
    if (window == null) {
      OutcomeWindow fresh = new OutcomeWindow(WINDOW);
      of.heads.put(block, fresh);
      outcomes(of, fresh, bundle, Integer.toString(block));
      window = fresh;
    }
    return window;
  }

  private void register(BundleCard card, OfBundle of) {
    String name = card.name();
    outcomes(of, of.answers, name, "answer");
    String drift = "PSI of the scores against the first, and of a head's against validation's";
    String[] first = {"against", "first", "head", "answer"};
    gauge(of, "optirag.drift.scores", drift, of::driftFromFirst, name, first);
    of.sinceValidation.forEach((block, scores) -> {
      String[] validation = {"against", "validation", "head", block.toString()};
      gauge(of, "optirag.drift.scores", drift, scores::index, name, validation);
    });
    gauge(
        of,
        "optirag.drift.depth",
        "Mean depth less what validation had under the policies used",
        () -> of.depth.mean() - of.expectedDepth.mean(),
        name);
    for (int i = 0; i < of.inputs.length; i++) {
      RecentMean input = of.inputs[i];
      gauge(
          of,
          "optirag.drift.input",
          "Mean of an input less that of training, in its deviations there",
          input::mean,
          name,
          "feature",
          card.inputs().get(i));
    }
    card.curve().points().stream()
        .filter(point -> point.policy().text().equals(card.chosen()))
        .findFirst()
        .ifPresent(point -> {
          gauge(of, "optirag.validation.auc", "AUC on validation", point::auc, name);
          gauge(of, "optirag.validation.log.loss", "LogLoss on validation", point::logLoss, name);
        });
  }

  private void outcomes(OfBundle of, OutcomeWindow window, String bundle, String head) {
    String[] tags = {"head", head};
    ToDoubleFunction<OutcomeWindow> size = OutcomeWindow::size;
    gauge(of, "optirag.live.labels", "Labels in the window", of(window, size), bundle, tags);
    gauge(
        of, "optirag.live.auc", "AUC, latest labels", of(window, OutcomeWindow::auc), bundle, tags);
    gauge(
        of,
        "optirag.live.log.loss",
        "LogLoss, latest labels",
        of(window, OutcomeWindow::logLoss),
        bundle,
        tags);
    gauge(
        of,
        "optirag.live.bias",
        "Mean prediction less the share of likes, latest labels",
        of(window, OutcomeWindow::bias),
        bundle,
        tags);
  }

  private static Supplier<Number> of(OutcomeWindow window, ToDoubleFunction<OutcomeWindow> figure) {
    return () -> figure.applyAsDouble(window);
  }

  private void gauge(
      OfBundle of,
      String name,
      String help,
      Supplier<Number> value,
      String bundle,
      String... tags) {
    of.meters.add(
        Gauge.builder(name, () -> locked(value))
            .description(help)
            .tag("bundle", bundle)
            .tags(tags)
            .register(registry));
  }

  private synchronized @Nullable Number locked(Supplier<Number> value) {
    return value.get();
  }
}

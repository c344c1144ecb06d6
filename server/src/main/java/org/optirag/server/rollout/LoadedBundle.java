package org.optirag.server.rollout;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.BiFunction;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.LoadedModel;
import org.optirag.recommender.PromptSource;
import org.optirag.recommender.RankRequest;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.Score;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.scoring.bundle.BackboneId;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.server.control.ExitLadder;
import org.optirag.server.ranking.TextHead;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bundle with its backbone in memory. The adapter is merged into the weights, so each bundle has
 * a backbone of its own (SmolLM2-135M in bf16: about 270 MB).
 */
public final class LoadedBundle implements Deployable {
  private static final Logger LOG = LoggerFactory.getLogger(LoadedBundle.class);

  /** Somebody new and two items that nobody knows. */
  private static final RankRequest CANARY =
      new RankRequest(
          "a first request",
          List.of(
              new CandidateItem("a first item", "A first item", List.of()),
              new CandidateItem("a second item", "A second item", List.of())));

  private final BundleCard card;
  private final Bundle bundle;
  private final LoadedModel model;
  private final ContextCache contexts;
  private final PromptSource prompts;
  private final ExitLadder ladder;

  /** A client that has gone gives its lease back while a pass may still run. */
  private final ReentrantReadWriteLock passes = new ReentrantReadWriteLock();

  private boolean closed;

  /**
   * How bundles are loaded.
   *
   * @param dtype auto, f32 or bf16
   * @param contextBytes native memory for contexts read before
   * @param policy used while there is time: "chosen" for the bundle's own, or any
   * @param backbones names of models that a bundle may ask for, beside those that come with the
   *     program and are in the cache
   */
  public record Settings(DType dtype, long contextBytes, String policy, Set<String> backbones) {
    /** Copies the names. */
    public Settings {
      backbones = Set.copyOf(backbones);
    }

    /**
     * A bundle says which model it needs, and may come from a stranger: what its operator did not
     * name is neither opened nor downloaded.
     */
    private void require(Path directory, BackboneId wanted, ModelStore models) {
      boolean known =
          ModelStore.known().stream()
              .anyMatch(model ->
                  model.name().equals(wanted.name())
                      && model.sha256().equals(wanted.sha256())
                      && models.has(model));
      if (!known && !backbones.contains(wanted.name())) {
        throw new UserException(
            "The bundle %s needs the model \"%s\", which this service does not load."
                .formatted(directory, wanted.name()),
            "Have its operator start it with that name among --backbones.");
      }
    }
  }

  private LoadedBundle(
      String name,
      Path directory,
      Settings settings,
      Bundle bundle,
      LoadedModel model,
      PromptSource prompts) {
    this.bundle = bundle;
    this.model = model;
    this.prompts = prompts;
    this.contexts = new ContextCache(model.backbone(), settings.contextBytes);
    this.ladder =
        ExitLadder.of(
            bundle.plan().curve(),
            settings.policy.equals("chosen")
                ? bundle.plan().policy()
                : ExitPolicy.parse(settings.policy));
    FeatureSchema features = bundle.dataset().features();
    this.card =
        new BundleCard(
            name,
            directory,
            bundle.manifest().created(),
            bundle.dataset().name(),
            bundle.manifest().backbone().name(),
            model.backbone().dtype().toString(),
            model.backbone().config().blocks(),
            bundle.heads().stream().map(CalibratedHead::block).toList(),
            features == null ? List.of() : features.read(),
            bundle.plan().policy().text(),
            bundle.plan().curve(),
            bundle.plan().scoreDeciles(),
            bundle.metrics());
  }

  /**
   * Loads a bundle.
   *
   * @param prompts makes what writes its prompts; may refuse a bundle that does not fit the data
   * @throws UserException if the bundle is broken, needs a model that is not allowed, is not the
   *     backbone's, or does not fit the data
   */
  public static LoadedBundle load(
      String name,
      Path directory,
      Settings settings,
      CacheDirectory cache,
      BiFunction<Bundle, Tokenizer, PromptSource> prompts,
      Progress progress) {
    Bundle bundle = Bundle.open(directory);
    settings.require(directory, bundle.manifest().backbone(), new ModelStore(cache));
    LoadedModel model =
        LoadedModel.of(
            bundle,
            () -> {
              throw new IllegalStateException("a service does not score in 8 bits");
            },
            new LoadedModel.Settings(
                settings.dtype, Device.CPU, cache, progress, line -> LOG.info("{}", line)));
    PromptSource source = null;
    LoadedBundle loaded;
    try {
      source = prompts.apply(bundle, model.tokenizer());
      loaded = new LoadedBundle(name, directory, settings, bundle, model, source);
    } catch (RuntimeException | Error e) {
      model.close();
      if (source != null) {
        letGo(source);
      }
      throw e;
    }
    try {
      loaded.requireSoundAnswers();
      return loaded;
    } catch (RuntimeException | Error e) {
      loaded.close();
      throw e;
    }
  }

  /**
   * One request through every head, before anybody is answered.
   *
   * @throws UserException if a probability is no number in (0, 1)
   */
  private void requireSoundAnswers() {
    List<Score> scores;
    try {
      Prompt prompt = prompts.prepare(CANARY).prompt();
      scores = score(new ExitPolicy.None(), List.of(prompt), () -> {}).getFirst();
    } catch (UserException e) {
      throw e;
    } catch (RuntimeException e) {
      throw new UserException(
          "The bundle %s cannot be served: a first request failed.".formatted(card.directory()),
          "Take it again from where it came from; the service's log says what failed.",
          e);
    }
    for (Score score : scores) {
      for (Score.Reading reading : score.trace()) {
        requireSound(reading.probability(), "its head after block " + reading.block());
      }
      requireSound(score.probability(), "it");
    }
  }

  private void requireSound(double probability, String who) {
    if (!(probability > 0 && probability < 1)) {
      throw new UserException(
          "The bundle %s cannot be served: %s gives a first request the probability %s."
              .formatted(card.directory(), who, probability),
          "Its weights are broken: take it again from where it came from, or train it again.");
    }
  }

  @Override
  public String name() {
    return card.name();
  }

  @Override
  public BundleCard card() {
    return card;
  }

  @Override
  public PromptSource prompts() {
    return prompts;
  }

  @Override
  public ExitLadder ladder() {
    return ladder;
  }

  @Override
  public TradeOffPoint point(ExitPolicy policy) {
    return ExitLadder.point(bundle.plan().curve(), policy);
  }

  @Override
  public int blocks() {
    return card.blocks();
  }

  @Override
  public String text(int[] tokens) {
    return model.tokenizer().decode(tokens);
  }

  @Override
  public TextHead head(String text, int tokens) {
    return TextHead.of(model.tokenizer(), text, tokens);
  }

  @Override
  public TextRoom textRoom() {
    PromptSettings prompt = bundle.dataset().prompt();
    return new TextRoom(prompt.titleTokens(), prompt.fields() ? PromptSettings.ITEM_FIELDS : 0);
  }

  @Override
  public boolean hasHeadZero() {
    return card.heads().getFirst() == 0;
  }

  @Override
  public int[] undecided(ExitPolicy policy, float[][] features) {
    return bundle.scorer(model.backbone(), policy).undecided(features);
  }

  @Override
  public List<List<Score>> score(ExitPolicy policy, List<Prompt> batch, Runnable beforeBlocks) {
    passes.readLock().lock();
    try {
      if (closed) {
        throw new IllegalStateException("the bundle " + name() + " was let go");
      }
      return bundle
          .scorer(model.backbone(), policy)
          .remembering(contexts)
          .asking(beforeBlocks)
          .scoreAsIs(batch);
    } finally {
      passes.readLock().unlock();
    }
  }

  @Override
  public ContextCache.Statistics contexts() {
    return contexts.statistics();
  }

  @Override
  public double flopsPerToken() {
    ModelConfig shape = model.backbone().config();
    double hidden = shape.hidden();
    double attention = 2.0 * hidden * shape.headSize() * (shape.heads() + shape.kvHeads());
    return 2.0 * shape.blocks() * (attention + 3.0 * hidden * shape.intermediate());
  }

  @Override
  public void close() {
    passes.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        contexts.close();
        model.close();
        letGo(prompts);
      }
    } finally {
      passes.writeLock().unlock();
    }
  }

  /** What writes the prompts may keep something for them. */
  private static void letGo(PromptSource prompts) {
    if (prompts instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing failed", e);
      }
    }
  }
}

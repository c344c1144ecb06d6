package org.optirag.recommender;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.backbone.tokenizer.Tokenizers;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.dataset.Items;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.bundle.BackboneId;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/**
 * A backbone in memory with its tokenizer: as it was published, or with a bundle's adapter merged
 * into its weights. The one place where bundles are opened for inference. Safe for use from many
 * threads; close it when no pass is running.
 */
public final class LoadedModel implements AutoCloseable {
  /** What a model is brought to 8 bits with. */
  private static final int SAMPLE_TITLES = 40;

  private static final int SAMPLE_TOKENS = 256;

  private final BackboneId id;
  private final Tokenizer tokenizer;
  private final Backbone backbone;

  private LoadedModel(BackboneId id, Tokenizer tokenizer, Backbone backbone) {
    this.id = id;
    this.tokenizer = tokenizer;
    this.backbone = backbone;
  }

  /**
   * How a model is loaded.
   *
   * @param dtype of its projections; 8 bits give way to the fastest other type where they do not
   *     pay
   * @param device where it runs
   * @param cache where models are kept
   * @param tell hears, in a line, what was done otherwise than asked
   */
  public record Settings(
      DType dtype, Device device, CacheDirectory cache, Progress progress, Consumer<String> tell) {
    /** The fastest type on the processor, without a word. */
    public static Settings standard() {
      return new Settings(
          DType.AUTO, Device.CPU, CacheDirectory.standard(), Progress.silent(), line -> {});
    }
  }

  /**
   * The backbone of a bundle with its adapter.
   *
   * @param items whose titles tell what 8 bits have to hold; asked for those alone
   * @throws org.optirag.workspace.UserException if the model cannot be had, is another than the
   *     bundle was trained on, or is broken
   */
  public static LoadedModel of(Bundle bundle, Supplier<Items> items, Settings settings) {
    return open(bundle.manifest().backbone().name(), bundle, items, settings, false);
  }

  /**
   * A model as it was published, to score with it.
   *
   * @param name as {@link ModelStore} finds it
   */
  public static LoadedModel published(String name, Supplier<Items> items, Settings settings) {
    return open(name, null, items, settings, false);
  }

  /** The same to train it. */
  public static LoadedModel toTrain(String name, Supplier<Items> items, Settings settings) {
    return open(name, null, items, settings, true);
  }

  /**
   * Checks without loading it, and without a download, that the model of a bundle is the one that
   * it was trained on and has a tokenizer.
   *
   * @return its shape, or empty if it is not on this machine
   * @throws org.optirag.workspace.UserException if it is another, or is broken
   */
  public static Optional<ModelConfig> examine(Bundle bundle, CacheDirectory cache) {
    String name = bundle.manifest().backbone().name();
    return new ModelStore(cache)
        .find(name)
        .map(file -> {
          try (Weights weights = WeightFiles.open(file)) {
            bundle.requireBackbone(BackboneId.of(name, file, weights.config()));
            Tokenizers.open(file).close();
            return weights.config();
          }
        });
  }

  private static LoadedModel open(
      String name,
      @Nullable Bundle bundle,
      Supplier<Items> items,
      Settings settings,
      boolean trains) {
    Path file = new ModelStore(settings.cache).require(name, settings.progress);
    // The weights are read in Java and the tokenizer by native code: that has to wait until the
    // model is known to be the one that the bundle was trained on.
    try (Weights weights = WeightFiles.open(file)) {
      BackboneId id = BackboneId.of(name, file, weights.config());
      if (bundle != null) {
        bundle.requireBackbone(id);
      }
      Tokenizer tokenizer = Tokenizers.open(file);
      try {
        if (bundle != null) {
          PromptAssembler.requireReadable(
              bundle.dataset().template(), bundle.dataset().prompt().format(), tokenizer);
        }
        Backbone backbone =
            load(adapted(weights, bundle), () -> sample(items.get(), tokenizer), settings, trains);
        return new LoadedModel(id, tokenizer, backbone);
      } catch (RuntimeException | Error e) {
        tokenizer.close();
        throw e;
      }
    }
  }

  private static Weights adapted(Weights weights, @Nullable Bundle bundle) {
    if (bundle == null) {
      return weights;
    }
    Optional<Path> adapter = bundle.adapter();
    return adapter.isEmpty() ? weights : LoraAdapter.read(adapter.get()).mergedInto(weights);
  }

  private static Backbone load(
      Weights weights, Supplier<int[]> sample, Settings settings, boolean trains) {
    if (settings.dtype == DType.INT8 && pays(weights, settings)) {
      try (Backbone exact = Backbone.load(weights, DType.F32, settings.device, settings.progress)) {
        return exact.quantized(sample.get());
      }
    }
    DType dtype = settings.dtype == DType.INT8 ? DType.AUTO : settings.dtype;
    return trains
        ? Backbone.loadForTraining(weights, dtype, settings.device, settings.progress)
        : Backbone.load(weights, dtype, settings.device, settings.progress);
  }

  private static boolean pays(Weights weights, Settings settings) {
    ProductSpeeds speeds = ProductSpeeds.of(weights.config());
    if (!speeds.int8Pays()) {
      settings.tell.accept(
          "No product of 8 bits is faster than %s on this processor: going on with %s."
              .formatted(speeds.fastestToScore(), speeds.fastestToScore()));
    }
    return speeds.int8Pays();
  }

  /** Tokens that read as histories do, to bring a model to 8 bits with. */
  public static int[] sample(Items items, Tokenizer tokenizer) {
    StringBuilder text = new StringBuilder("The user liked:");
    int count = items.ids().size();
    for (int i = 0; i < SAMPLE_TITLES && count > 0; i++) {
      text.append("\n- ").append(items.title((int) ((long) i * count / SAMPLE_TITLES)));
    }
    int[] tokens = tokenizer.encode(text.toString(), Tokenizer.Place.START);
    return tokens.length <= SAMPLE_TOKENS ? tokens : Arrays.copyOf(tokens, SAMPLE_TOKENS);
  }

  /** Which backbone it is. */
  public BackboneId id() {
    return id;
  }

  /** The tokenizer; closed with this. */
  public Tokenizer tokenizer() {
    return tokenizer;
  }

  /** The backbone; closed with this. */
  public Backbone backbone() {
    return backbone;
  }

  @Override
  public void close() {
    backbone.close();
    tokenizer.close();
  }
}

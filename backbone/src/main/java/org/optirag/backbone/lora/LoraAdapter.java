package org.optirag.backbone.lora;

import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.UserException;

/**
 * A trained low-rank adapter (arXiv 2106.09685), in the layout of the model's weights as {@link
 * Weights} shows them. Immutable by convention: its arrays are not copied.
 */
public final class LoraAdapter {

  /** One matrix that is changed. */
  public record Site(int block, LoraModule module) {}

  /**
   * What changes a matrix [out, in].
   *
   * @param a [rank, in], row by row
   * @param b [out, rank], row by row
   */
  public record Factors(float[] a, float[] b) {}

  private final String baseModel;
  private final LoraSettings settings;
  private final Map<Site, Factors> factors = new LinkedHashMap<>();

  /**
   * @param baseModel the name of the model that it belongs to
   * @param factors one entry for every block and module that the settings name
   * @throws IllegalArgumentException if one is missing, one is too many, or sizes contradict the
   *     rank
   */
  public LoraAdapter(String baseModel, LoraSettings settings, Map<Site, Factors> factors) {
    this.baseModel = baseModel;
    this.settings = settings;
    for (int block = settings.firstBlock(); block <= settings.lastBlock(); block++) {
      for (LoraModule module : settings.modules()) {
        Site site = new Site(block, module);
        Factors of = factors.get(site);
        if (of == null) {
          throw new IllegalArgumentException("no factors for " + site);
        }
        if (of.a.length % settings.rank() != 0 || of.b.length % settings.rank() != 0) {
          throw new IllegalArgumentException(
              "%s: %d and %d values at rank %d"
                  .formatted(site, of.a.length, of.b.length, settings.rank()));
        }
        this.factors.put(site, of);
      }
    }
    if (factors.size() != this.factors.size()) {
      throw new IllegalArgumentException(
          "%d factors, the settings name %d".formatted(factors.size(), this.factors.size()));
    }
  }

  /**
   * An adapter that changes nothing yet, ready to be trained: A uniform in ±1/√in, B zero (as PEFT
   * starts it).
   */
  public static LoraAdapter initial(
      String baseModel, LoraSettings settings, ModelConfig config, long seed) {
    Map<Site, Factors> factors = new LinkedHashMap<>();
    Random random = new Random(seed);
    for (int block = settings.firstBlock(); block <= settings.lastBlock(); block++) {
      for (LoraModule module : settings.modules()) {
        float bound = (float) (1 / Math.sqrt(module.in(config)));
        float[] a = new float[settings.rank() * module.in(config)];
        for (int i = 0; i < a.length; i++) {
          a[i] = bound * (2 * random.nextFloat() - 1);
        }
        factors.put(
            new Site(block, module),
            new Factors(a, new float[module.out(config) * settings.rank()]));
      }
    }
    return new LoraAdapter(baseModel, settings, factors);
  }

  /**
   * Reads an adapter as PEFT writes it: adapter_config.json and adapter_model.safetensors.
   *
   * @throws UserException if a file is missing or broken, or the adapter does what this one cannot
   */
  public static LoraAdapter read(Path directory) {
    return PeftFiles.read(directory);
  }

  /**
   * Writes adapter_config.json and adapter_model.safetensors as PEFT reads them.
   *
   * @throws UserException if the disk is full or the directory not writable
   */
  public void write(Path directory) {
    PeftFiles.write(this, directory);
  }

  /** The name of the model that it belongs to. */
  public String baseModel() {
    return baseModel;
  }

  /** Its form. */
  public LoraSettings settings() {
    return settings;
  }

  /** Every matrix that it changes, block by block. */
  public Map<Site, Factors> factors() {
    return Collections.unmodifiableMap(factors);
  }

  /** What changes a matrix, or null where it stays as it is. */
  public @Nullable Factors factors(int block, LoraModule module) {
    return factors.get(new Site(block, module));
  }

  /**
   * The model's weights with the adapter added, W + alpha / rank · B A, merged while they are read:
   * a backbone loaded from them serves the adapter at no cost. Closing them closes {@code base}.
   *
   * @throws UserException if the adapter does not fit the model
   */
  public Weights mergedInto(Weights base) {
    requireFit(base.config());
    return new MergedWeights(base, this);
  }

  /**
   * Checks every size against a model.
   *
   * @throws UserException if the adapter does not fit
   */
  public void requireFit(ModelConfig config) {
    if (settings.lastBlock() > config.blocks()) {
      throw misfit(
          "it changes block %d, the model has %d".formatted(settings.lastBlock(), config.blocks()));
    }
    factors.forEach((site, of) -> {
      int in = of.a.length / settings.rank();
      int out = of.b.length / settings.rank();
      if (in != site.module.in(config) || out != site.module.out(config)) {
        throw misfit(
            "its %s of block %d is for a matrix of %d by %d, the model's has %d by %d"
                .formatted(
                    site.module.target(),
                    site.block,
                    out,
                    in,
                    site.module.out(config),
                    site.module.in(config)));
      }
    });
  }

  private UserException misfit(String why) {
    return new UserException(
        "The adapter does not fit the model: " + why + ".",
        "Use it with the model that it was trained on: " + baseModel + ".");
  }
}

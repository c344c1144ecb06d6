package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.backbone.weights.ModelConfig.Scaling;
import org.optirag.backbone.weights.SafetensorsFile;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.workspace.Progress;

/**
 * Tiny models of every architecture against Hugging Face transformers;
 * src/test/reference/tiny_models.py made them and says with which versions.
 */
@Tag("numeric")
final class TinyModelsTest {

  @ParameterizedTest
  @ValueSource(strings = {"llama", "llama-linear", "llama3", "mistral", "qwen2", "qwen3"})
  void everyBlockAndTheLogitsEqualTransformers(String name) throws URISyntaxException {
    Path directory = directory(name);
    try (Backbone backbone = load(directory);
        SafetensorsFile golden = SafetensorsFile.open(directory.resolve("golden.safetensors"))) {
      int prompts = Integer.parseInt(golden.metadata().getOrDefault("prompts", "0"));
      assertThat(prompts).isPositive();
      for (int i = 0; i < prompts; i++) {
        int[] tokens = tokens(golden.read("tokens." + i));
        float[] expected = golden.read("states." + i);
        float[][][] states = backbone.hiddenStates(tokens);
        int size = tokens.length * backbone.config().hidden();
        assertThat(expected).hasSize(states.length * size);
        for (int block = 0; block < states.length; block++) {
          float[] wanted = Arrays.copyOfRange(expected, block * size, (block + 1) * size);
          assertThat(relativeError(concatenated(states[block]), wanted))
              .as("%s, prompt of %d tokens, block %d", name, tokens.length, block)
              .isLessThan(1e-4);
        }
        assertThat(relativeError(backbone.nextTokenLogits(tokens), golden.read("logits." + i)))
            .as("%s, logits after %d tokens", name, tokens.length)
            .isLessThan(1e-4);
      }
    }
  }

  @Test
  void betweenThemTheModelsHaveEveryFeature() throws URISyntaxException {
    assertThat(config("llama").tiedEmbeddings()).isTrue();
    assertThat(config("llama-linear").rope().scaling()).isEqualTo(new Scaling.Linear(4));
    assertThat(config("llama-linear").tiedEmbeddings()).isFalse();
    assertThat(config("llama3").rope().scaling()).isEqualTo(new Scaling.Llama3(8, 1, 4, 32));
    assertThat(config("mistral").architecture()).isEqualTo("mistral");
    assertThat(config("qwen2").attentionBias()).isTrue();
    assertThat(config("qwen3").queryKeyNorm()).isTrue();
    for (String name : List.of("llama", "llama3", "mistral", "qwen2", "qwen3")) {
      assertThat(config(name).kvHeads()).as(name).isLessThan(config(name).heads());
    }
    assertThat(config("qwen3").headSize() * config("qwen3").heads())
        .isNotEqualTo(config("qwen3").hidden());
  }

  private static Path directory(String name) throws URISyntaxException {
    return Path.of(
            Objects.requireNonNull(
                    TinyModelsTest.class.getResource("/golden/tiny/" + name + "/config.json"))
                .toURI())
        .resolveSibling("");
  }

  private static Backbone load(Path directory) {
    try (Weights weights = WeightFiles.open(directory)) {
      return Backbone.load(weights, DType.F32, Device.CPU, Progress.silent());
    }
  }

  private static ModelConfig config(String name) throws URISyntaxException {
    try (Weights weights = WeightFiles.open(directory(name))) {
      return weights.config();
    }
  }

  private static int[] tokens(float[] values) {
    int[] tokens = new int[values.length];
    Arrays.setAll(tokens, i -> (int) values[i]);
    return tokens;
  }

  private static float[] concatenated(float[][] rows) {
    float[] all = new float[rows.length * rows[0].length];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, all, i * rows[i].length, rows[i].length);
    }
    return all;
  }

  /** ‖found − expected‖ / ‖expected‖. */
  private static double relativeError(float[] found, float[] expected) {
    assertThat(found).hasSameSizeAs(expected);
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}

package org.optirag.backbone;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.weights.SafetensorsFile;

/**
 * The real model against Hugging Face transformers; src/test/reference/hidden_states.py made the
 * golden file and says with which versions.
 */
class HiddenStatesTest {
  private static SafetensorsFile golden;
  private static Backbone backbone;

  @BeforeAll
  static void load() throws Exception {
    golden =
        SafetensorsFile.open(
            Path.of(
                HiddenStatesTest.class
                    .getResource("/golden/smollm2-hidden-states.safetensors")
                    .toURI()));
    backbone = RealModel.load(DType.F32);
  }

  @AfterAll
  static void close() {
    backbone.close();
    golden.close();
  }

  @Test
  @Tag("numeric")
  void everyBlockEqualsTransformersOnEveryPrompt() {
    int prompts = Integer.parseInt(golden.metadata().get("prompts"));
    assertThat(prompts).isGreaterThanOrEqualTo(20);
    int hidden = backbone.config().hidden();
    for (int prompt = 0; prompt < prompts; prompt++) {
      int[] tokens = tokens(prompt);
      float[] last = golden.read("last." + prompt);
      float[] sums = golden.read("sums." + prompt);
      float[][][] states = backbone.hiddenStates(tokens);
      for (int block = 0; block < states.length; block++) {
        float[] expected = new float[hidden];
        System.arraycopy(last, block * hidden, expected, 0, hidden);
        assertThat(relativeError(states[block][tokens.length - 1], expected))
            .as("last token, prompt %d of %d tokens, block %d", prompt, tokens.length, block)
            .isLessThan(1e-4);
        float[] found = new float[tokens.length];
        float[] wanted = new float[tokens.length];
        for (int t = 0; t < tokens.length; t++) {
          found[t] = alternatingSum(states[block][t]);
          wanted[t] = sums[block * tokens.length + t];
        }
        assertThat(relativeError(found, wanted))
            .as("all tokens, prompt %d of %d tokens, block %d", prompt, tokens.length, block)
            .isLessThan(1e-4);
      }
    }
  }

  @Test
  void theMostProbableNextTokenIsTheSame() {
    int prompts = Integer.parseInt(golden.metadata().get("prompts"));
    for (int prompt = 0; prompt < prompts; prompt++) {
      float[] expected = golden.read("top." + prompt);
      float[] logits = backbone.nextTokenLogits(tokens(prompt));
      int top = 0;
      for (int i = 1; i < logits.length; i++) {
        top = logits[i] > logits[top] ? i : top;
      }
      assertThat(top).as("prompt %d", prompt).isEqualTo((int) expected[0]);
      assertThat(Math.abs(logits[top] - expected[1]))
          .isLessThan(1e-4f * Math.max(1, Math.abs(expected[1])));
    }
  }

  @Test
  void aPackedCandidateEndsInTheStateOfThePromptAlone() {
    int[] tokens = tokens(23);
    for (int cut : List.of(0, 1, 300, tokens.length - 1)) {
      int[] context = Arrays.copyOf(tokens, cut);
      int[] rest = Arrays.copyOfRange(tokens, cut, tokens.length);
      try (ForwardPass pass = backbone.begin(List.of(new PackedPrompt(context, List.of(rest))))) {
        float[] last = golden.read("last.23");
        for (int block = 1; block <= backbone.config().blocks(); block++) {
          pass.advanceTo(block);
          int hidden = backbone.config().hidden();
          float[] expected = Arrays.copyOfRange(last, block * hidden, (block + 1) * hidden);
          assertThat(relativeError(pass.lastStates()[0], expected))
              .as("context of %d tokens, block %d", cut, block)
              .isLessThan(1e-4);
        }
      }
    }
  }

  private static int[] tokens(int prompt) {
    return tokens(golden, prompt);
  }

  /** The token ids of a prompt of the golden file. */
  static int[] tokens(SafetensorsFile golden, int prompt) {
    float[] values = golden.read("tokens." + prompt);
    int[] tokens = new int[values.length];
    for (int i = 0; i < tokens.length; i++) {
      tokens[i] = (int) values[i];
    }
    return tokens;
  }

  private static float alternatingSum(float[] state) {
    double sum = 0;
    for (int i = 0; i < state.length; i++) {
      sum += i % 2 == 0 ? state[i] : -state[i];
    }
    return (float) (sum / Math.sqrt(state.length));
  }

  /** ‖found − expected‖ / ‖expected‖. */
  private static double relativeError(float[] found, float[] expected) {
    double difference = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      difference += Math.pow(found[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(difference / norm);
  }
}

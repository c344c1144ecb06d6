package org.optirag.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.PackedPrompt;

class PromptTest {
  private static final PackedPrompt TWO =
      new PackedPrompt(new int[] {1}, List.of(new int[] {4}, new int[] {5, 6}));

  @Test
  void aCandidatesTokensAreFoundByItsPlaceInTheRequest() {
    Prompt prompt = Prompt.of(TWO).with(new float[4][1], new int[] {1, 3});
    assertThat(prompt.candidates()).isEqualTo(4);
    assertThat(prompt.tokensOf(0)).isEmpty();
    assertThat(prompt.tokensOf(1)).hasValue(TWO.candidates().get(0));
    assertThat(prompt.tokensOf(2)).isEmpty();
    assertThat(prompt.tokensOf(3)).hasValue(TWO.candidates().get(1));
  }

  @Test
  void whatIsWrittenMustBeAmongTheCandidatesInOrder() {
    Prompt all = Prompt.of(TWO);
    assertThatThrownBy(() -> all.with(new float[4][1], new int[] {1}))
        .hasMessage("tokens of 2 candidates, 1 are written");
    assertThatThrownBy(() -> all.with(new float[4][1], new int[] {3, 1}))
        .hasMessage("2 candidates, features of 4, candidate 1 is written after 3");
    assertThatThrownBy(() -> all.with(new float[2][1], new int[] {0, 2}))
        .hasMessage("2 candidates, features of 2, candidate 2 is written after 0");
  }
}

package org.optirag.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AssignmentTest {
  @Test
  void aShareOfTheUsersIsAnsweredByAnother() {
    Assignment split = new Assignment("a", Map.of("b", 25.0), List.of());
    long others = 0;
    for (int user = 0; user < 20_000; user++) {
      others += split.answering("user " + user).equals("b") ? 1 : 0;
    }
    assertThat(others / 200.0).as("percent").isBetween(24.0, 26.0);
  }

  @Test
  void aUserKeepsTheBundleAndAGrowingShareTakesNobodyAway() {
    Assignment small = new Assignment("a", Map.of("b", 10.0), List.of());
    Assignment large = new Assignment("a", Map.of("b", 40.0), List.of());
    for (int user = 0; user < 2_000; user++) {
      String id = Integer.toString(user);
      assertThat(small.answering(id)).isEqualTo(small.answering(id));
      if (small.answering(id).equals("b")) {
        assertThat(large.answering(id)).isEqualTo("b");
      }
    }
  }

  @Test
  void sharesHaveToFit() {
    assertThatThrownBy(() -> new Assignment("a", Map.of("b", 0.0), List.of()))
        .hasMessageContaining("0.0 percent");
    assertThatThrownBy(() -> new Assignment("a", Map.of("b", 60.0, "c", 50.0), List.of()))
        .hasMessageContaining("110.0 percent together");
    assertThatThrownBy(() -> new Assignment("a", Map.of("a", 5.0), List.of()))
        .hasMessageContaining("what is left");
    assertThatThrownBy(() -> new Assignment("a", Map.of("b", Double.NaN), List.of()))
        .hasMessageContaining("NaN");
  }
}

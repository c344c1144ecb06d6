package org.optirag.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.SampleSize;
import org.optirag.scoring.ExitPolicy;
import org.optirag.workspace.UserException;

class EvaluationRequestTest {
  private static EvaluationRequest request(
      List<String> baselines, List<String> retrievers, List<ExitPolicy> policies) {
    return new EvaluationRequest(
        "pots",
        null,
        baselines,
        retrievers,
        policies,
        EvaluationRun.Part.TEST,
        Requests.Grouping.DEFAULT,
        SampleSize.ofImpressions(10),
        false);
  }

  @Test
  void whatIsNotKnownIsToldBeforeAnythingIsLoaded() {
    assertThat(request(List.of("bias", "features"), List.of("gcn"), List.of()).dataset())
        .isEqualTo("pots");
    assertThatThrownBy(() -> request(List.of("oracle"), List.of(), List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no baseline \"oracle\"");
    assertThatThrownBy(() -> request(List.of(), List.of("oracle"), List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no retriever \"oracle\"");
    assertThatThrownBy(() -> request(List.of(), List.of(), List.of()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("Nothing is to be scored");
  }

  @Test
  void thereAreNoPoliciesWithoutABundle() {
    assertThatThrownBy(() -> request(List.of(), List.of(), List.of(new ExitPolicy.None())))
        .isInstanceOf(IllegalArgumentException.class);
  }
}

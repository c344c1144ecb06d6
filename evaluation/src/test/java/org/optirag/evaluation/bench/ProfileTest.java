package org.optirag.evaluation.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.PassPart;
import org.optirag.backbone.RandomModel;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.Scorer;

final class ProfileTest {
  @Test
  void everyPartOfAPassIsSeenAndNoneTwice() {
    try (Backbone backbone = RandomModel.load(3, 7)) {
      CalibratedHead head =
          new CalibratedHead(3, backbone.answerHead(1, 2), HeadCalibration.IDENTITY);
      Scorer scorer = new Scorer(backbone, List.of(head), new ExitPolicy.None());
      Workload workload =
          new Workload(
              "2x3",
              new PackedPrompt(new int[] {1, 2, 3}, List.of(new int[] {4}, new int[] {5, 6})));
      Profile profile = Profile.of(workload, new OwnContender("none", "F32", false, scorer, 0), 5);
      assertThat(profile.parts()).containsOnlyKeys(PassPart.values());
      assertThat(profile.parts().values()).allSatisfy(ms -> assertThat(ms).isPositive());
      double sum = profile.parts().values().stream().mapToDouble(Double::doubleValue).sum();
      assertThat(sum).isLessThanOrEqualTo(profile.milliseconds());
      assertThat(Profile.table(List.of(profile)))
          .anySatisfy(line -> assertThat(line).startsWith("attention"))
          .anySatisfy(line -> assertThat(line).startsWith("whole").endsWith("(100 %)"));
    }
  }
}

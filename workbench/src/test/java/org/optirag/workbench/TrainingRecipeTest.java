package org.optirag.workbench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.optirag.training.TrainingSettings;
import org.optirag.workspace.UserException;

class TrainingRecipeTest {
  @Test
  void sixHeadsStandEvenlyAndTheLastAfterTheLastBlock() {
    TrainingSettings settings = TrainingRecipe.DEFAULT.settings(30, 7, 2);
    assertThat(settings.exits()).containsExactly(5, 10, 15, 20, 25, 30);
    assertThat(settings.seed()).isEqualTo(7);
    assertThat(settings.workers()).isEqualTo(2);
    assertThat(TrainingRecipe.DEFAULT.settings(4, 7, 2).exits()).containsExactly(1, 2, 3, 4);
  }

  @Test
  void theAdapterEndsAtTheLastExit() {
    TrainingRecipe recipe = TrainingRecipe.DEFAULT.withExits(List.of(2, 9));
    assertThat(recipe.settings(30, 7, 2).lora()).isNotNull();
    assertThat(String.valueOf(recipe.settings(30, 7, 2).lora())).contains("lastBlock=9");
    assertThat(recipe.withRank(0).settings(30, 7, 2).lora()).isNull();
  }

  @Test
  void whatDoesNotFitIsTold() {
    assertThatThrownBy(() -> TrainingRecipe.DEFAULT.withRank(-1).settings(30, 7, 2))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("rank -1");
    assertThatThrownBy(() -> TrainingRecipe.DEFAULT.withExits(List.of(9, 2)).settings(30, 7, 2))
        .isInstanceOf(UserException.class);
  }
}

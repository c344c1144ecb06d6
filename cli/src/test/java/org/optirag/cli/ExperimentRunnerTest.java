package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.workbench.experiment.ExperimentCell;
import org.optirag.workbench.experiment.ExperimentFile;
import org.optirag.workbench.experiment.ExperimentPart;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.UserException;

class ExperimentRunnerTest {
  private static final ExperimentRunner RUNNER = new ExperimentRunner(List.of());

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "movielens-100k",
        "ml-1m-collm",
        "movielens-1m",
        "book-crossing",
        "amazon-beauty",
        "amazon-video-games"
      })
  void theShippedFilesGiveCommandsThatParse(String name) {
    Path file = Path.of("..", "examples", "experiments", name + ".yaml");
    ExperimentFile experiment = ConfigFile.read(file, ExperimentFile.class);
    assertThat(experiment.name()).isEqualTo(name);
    ExperimentPart.of(experiment, directory).forEach(part -> part.cell().check(RUNNER));
  }

  @Test
  void aMistypedOptionIsToldBeforeAnythingRuns() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("experiment.yaml"),
            "name: a\ndatasets: [b]\ntrainings: [{method: c, options: {tiem: 3m}}]\n");
    ExperimentFile experiment = ConfigFile.read(file, ExperimentFile.class);
    ExperimentCell cell = ExperimentPart.of(experiment, directory).getFirst().cell();
    assertThatThrownBy(() -> cell.check(RUNNER))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("'--tiem'")
        .hasMessageContaining("See 'optirag train --help'");
  }
}

package org.optirag.workbench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.workbench.PipelineSettings;
import org.optirag.workspace.ConfigFile;
import org.optirag.workspace.UserException;

class ExperimentFileTest {
  @TempDir Path directory;

  private ExperimentFile read(String yaml) throws IOException {
    Path file = directory.resolve("experiment.yaml");
    Files.writeString(file, yaml);
    return ConfigFile.read(file, ExperimentFile.class);
  }

  @Test
  void listsOfOptionsAreTheAxesOfAGrid() throws IOException {
    ExperimentFile file =
        read(
            """
            name: pots
            datasets: [teapots]
            trainings:
              - method: optirag
                options:
                  exits: [[5, 30], [30]]
                  depth-rates: [linear, uniform]
                  history: 8
            """);
    ExperimentFile.Training training = file.trainings().getFirst();
    assertThat(training.axes()).containsExactly("exits", "depth-rates");
    assertThat(training.grid().stream().map(ExperimentFile::arguments))
        .containsExactly(
            List.of("--exits", "5,30", "--depth-rates", "linear", "--history", "8"),
            List.of("--exits", "5,30", "--depth-rates", "uniform", "--history", "8"),
            List.of("--exits", "30", "--depth-rates", "linear", "--history", "8"),
            List.of("--exits", "30", "--depth-rates", "uniform", "--history", "8"));
    assertThat(training.policies()).containsExactly("none", "chosen");
    assertThat(file.seeds()).containsExactly(PipelineSettings.DEFAULT_SEED);
  }

  @Test
  void aTrueIsAFlagAndAFalseIsLeftOut() throws IOException {
    ExperimentFile file =
        read(
            """
            name: pots
            datasets: [teapots]
            trainings: [{method: optirag, options: {no-features: [true, false]}}]
            """);
    assertThat(file.trainings().getFirst().grid().stream().map(ExperimentFile::arguments))
        .containsExactly(List.of("--no-features"), List.of());
  }

  @Test
  void eachTrainingHasItsOwnDirectoryAndSeed() throws IOException {
    ExperimentFile file =
        read(
            """
            name: pots
            datasets: [teapots]
            seeds: [1, 2]
            evaluate: {most: 100}
            baselines: [bias]
            trainings: [{method: optirag, options: {rank: [4, 8]}, calibrate: {mean-depth: 0.5}}]
            """);
    List<ExperimentPart> parts = ExperimentPart.of(file, directory);
    assertThat(parts).hasSize(6);
    assertThat(parts.stream().map(part -> part.cell().directory()).distinct()).hasSize(6);
    String commands = parts.get(3).cell().text("\n");
    assertThat(commands.lines())
        .hasSize(3)
        .element(0)
        .asString()
        .startsWith("optirag train teapots --rank 4 --seed 2");
    assertThat(commands).contains("calibrate").contains("--mean-depth 0.5").contains("--most 100");
  }

  @Test
  void aTrainingMayHaveSeedsOfItsOwn() throws IOException {
    ExperimentFile file =
        read(
            """
            name: pots
            datasets: [teapots]
            seeds: [1, 2]
            trainings: [{method: optirag}, {method: other, seeds: [7]}]
            """);
    assertThat(ExperimentPart.of(file, directory).stream().map(ExperimentPart::seed))
        .containsExactly(1L, 2L, 7L);
  }

  @Test
  void whatDoesNotFitIsNamed() {
    assertThatThrownBy(() -> read("name: pots\ndatasets: [a]\n"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("something to compare");
    assertThatThrownBy(
            () -> read("name: pots\ndatasets: [a]\nbaseline: [bias]\nbaselines: [bias]\n"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("line 3, field baseline is not known");
    assertThatThrownBy(() -> read("name: ../pots\ndatasets: [a]\nbaselines: [bias]\n"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("name");
  }
}

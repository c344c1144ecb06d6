package org.optirag.workbench.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.evaluation.experiment.ExperimentReport;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

class ExperimentTest {
  @TempDir Path directory;

  /** Leaves the results of an evaluation that found nothing out. */
  private static final class Pretended implements CommandRunner {
    private final List<String> ran = new ArrayList<>();
    private final List<String> checked = new ArrayList<>();

    @Override
    public void check(List<String> command) {
      checked.add(String.join(" ", command));
      if (command.contains("--tiem")) {
        throw new UserException("Unknown option: '--tiem'.", "Mend it.");
      }
    }

    @Override
    public void run(List<String> command) {
      ran.add(String.join(" ", command));
      Path out = Path.of(command.get(command.indexOf("--out") + 1));
      AtomicFiles.writeString(
          out.resolve("results.json"),
          "{\"results\": [{\"name\": \"bias\", \"metrics\": {\"auc\": {\"value\": 0.7}}}]}");
    }
  }

  private static ExperimentFile file(List<Long> seeds, Map<String, Object> evaluate) {
    return new ExperimentFile(
        "pots", List.of("teapots"), seeds, evaluate, List.of("bias"), List.of(), List.of());
  }

  @Test
  void whatIsDoneIsNotRunAgainUnlessItsCommandsChange() {
    Pretended commands = new Pretended();
    Experiment one = new Experiment(file(List.of(1L), Map.of()), directory, commands);
    one.run(one.parts(), Progress.silent());
    assertThat(commands.ran)
        .singleElement()
        .asString()
        .startsWith("evaluate teapots --retriever= --baseline bias --seed 1");
    Experiment two = new Experiment(file(List.of(1L, 2L), Map.of()), directory, commands);
    two.run(two.parts(), Progress.silent());
    assertThat(commands.ran).hasSize(2).last().asString().contains("--seed 2");
    Experiment other = new Experiment(file(List.of(1L), Map.of("most", 9)), directory, commands);
    other.run(other.parts(), Progress.silent());
    assertThat(commands.ran).hasSize(3).last().asString().contains("--most 9 --seed 1");
  }

  @Test
  void theReportHasWhatIsDoneSoFar() {
    Pretended commands = new Pretended();
    Experiment experiment = new Experiment(file(List.of(1L, 2L), Map.of()), directory, commands);
    assertThat(experiment.report().rows()).isEmpty();
    experiment.run(experiment.parts().subList(0, 1), Progress.silent());
    ExperimentReport report = experiment.report();
    assertThat(report.rows())
        .singleElement()
        .satisfies(row -> {
          assertThat(row.seeds()).containsExactly(1L);
          assertThat(row.auc().value()).isEqualTo(0.7);
          assertThat(row.command()).startsWith("optirag evaluate teapots");
        });
    assertThat(directory.resolve("report.html")).isNotEmptyFile();
  }

  @Test
  void aCommandThatDoesNotParseIsToldBeforeAnythingRuns() {
    Pretended commands = new Pretended();
    ExperimentFile mistyped = file(List.of(1L), Map.of("tiem", "3m"));
    assertThatThrownBy(() -> new Experiment(mistyped, directory, commands))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("--tiem");
    assertThat(commands.checked).hasSize(1);
    assertThat(commands.ran).isEmpty();
  }
}

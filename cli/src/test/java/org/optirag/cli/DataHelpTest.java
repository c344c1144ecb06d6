package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.source.Mapping;
import picocli.CommandLine;

class DataHelpTest {
  @TempDir Path directory;

  @Test
  void theHelpOfImportListsEveryFieldOfAMapping() throws NoSuchFieldException {
    String help = new CommandLine(new DataImportCommand()).getUsageMessage();
    List<Class<?>> records =
        List.of(
            Mapping.class,
            Mapping.InteractionFile.class,
            Mapping.TextFile.class,
            Mapping.RuleChanges.class);
    List<String> fields = new ArrayList<>();
    for (Class<?> type : records) {
      for (RecordComponent component : type.getRecordComponents()) {
        JsonProperty renamed =
            type.getDeclaredField(component.getName()).getAnnotation(JsonProperty.class);
        fields.add(renamed == null ? component.getName() : renamed.value());
      }
    }
    assertThat(fields)
        .hasSizeGreaterThan(35)
        .allSatisfy(field -> assertThat(help).contains(field + ":"));
  }

  @Test
  void checkRefusesWhatAnImportWouldRefuse() throws Exception {
    Files.writeString(directory.resolve("r.csv"), "u,i,r\na,x,many\n");
    Path yaml = directory.resolve("m.yaml");
    Files.writeString(
        yaml,
        "name: t\ninteractions: {file: r.csv, user: u, item: i, rating: r}\nrules: {most-broken: 1}\n");
    StringWriter said = new StringWriter();
    int code =
        new CommandLine(new DataCheckCommand())
            .setOut(new PrintWriter(said))
            .execute(
                directory.toString(),
                "--mapping",
                yaml.toString(),
                "--quiet",
                "--rejected",
                directory.resolve("rejected.tsv").toString());
    assertThat(said.toString())
        .contains("An import would refuse this: No interaction is left of [")
        .contains("r.csv:2: the rating is 'many', expected a number");
    assertThat(code).isEqualTo(Main.USER_ERROR);
  }
}

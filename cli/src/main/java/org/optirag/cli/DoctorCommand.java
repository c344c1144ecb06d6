package org.optirag.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code optirag doctor}: whether a service would start here, and stay. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Looks whether 'optirag serve', given the same arguments, would start on this machine, and"
          + " says what to do where it would not. Nothing is downloaded, made or changed.",
      ""
    },
    footer = {
      "",
      "Exit codes: 0 if it would start, 2 if something is to be mended first.",
      "",
      "Example: optirag doctor --bundle bundles/movielens-100k --port 8080"
    })
final class DoctorCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    ServeConfig config = ServeConfig.of(spec.commandLine().getParseResult(), System.getenv());
    List<Finding> all = new ArrayList<>();
    new Doctor(config, common)
        .examine(finding -> {
          all.add(finding);
          if (!common.json()) {
            print(finding);
          }
        });
    if (common.json()) {
      common.printJson(all);
    }
    boolean well = all.stream().allMatch(each -> each.state() != Finding.State.FAULT);
    return well ? 0 : Main.USER_ERROR;
  }

  private void print(Finding finding) {
    String state = finding.state().name().toLowerCase(Locale.ROOT);
    common.out().printf("%-6s %-10s %s%n", state, finding.what(), finding.said());
    if (finding.wayOut() != null) {
      common.out().printf("%-17s %s%n", "", finding.wayOut());
    }
    common.out().flush();
  }
}

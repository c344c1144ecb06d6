package org.optirag.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code optirag data}: gets, imports, checks and describes data sets. */
@Command(
    name = "data",
    description = "Gets, imports, checks and describes data sets.",
    mixinStandardHelpOptions = true,
    footer = {
      "",
      "Start with: optirag data pull movielens-100k",
      "Your own:   optirag data check DIR, then optirag data import DIR"
    },
    subcommands = {
      DataPullCommand.class,
      DataImportCommand.class,
      DataCheckCommand.class,
      DataStatsCommand.class,
      SynthesizeCommand.class,
      DataListCommand.class
    })
final class DataCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }
}

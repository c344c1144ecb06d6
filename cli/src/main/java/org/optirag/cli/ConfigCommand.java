package org.optirag.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code optirag config}: what holds, and where it was set. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    description = "Shows the configuration of 'optirag serve'.",
    subcommands = ConfigCommand.Show.class)
final class ConfigCommand implements Runnable {
  @Spec private CommandSpec spec;

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** {@code optirag config show}. */
  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      sortOptions = false,
      description = {
        "Prints what 'optirag serve' would run with, given the same arguments, and where each value"
            + " was set: on the command line, in the environment, in the file, or nowhere.",
        ""
      })
  static final class Show implements Callable<Integer> {
    @Mixin private CommonOptions common;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
      CommandLine.ParseResult arguments = spec.commandLine().getParseResult();
      ServeConfig config = ServeConfig.of(arguments, System.getenv());
      Map<String, Map<String, String>> all = new LinkedHashMap<>();
      for (ServeSetting setting : ServeSetting.values()) {
        ServeConfig.Value value = config.value(setting);
        String text = setting.isSecret() && !value.text().isEmpty() ? "***" : value.text();
        all.put(setting.key(), Map.of("value", text, "from", value.from()));
        if (!common.json()) {
          common.out().printf("%-16s %-28s %s%n", setting.key(), text, value.from());
        }
      }
      if (common.json()) {
        common.printJson(all);
      }
      common.out().flush();
      return 0;
    }
  }
}

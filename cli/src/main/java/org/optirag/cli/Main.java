package org.optirag.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.TemporaryDirectory;
import org.optirag.workspace.UserException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExecutionException;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point: parses the command line, runs a subcommand, turns errors into exit codes. */
@Command(
    name = "optirag",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Predicts with an LLM whether a user will click an item, at a cost one can serve.",
      ""
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "Exit codes: 0 done, 2 an error you can mend (one line says what and how), 1 an error of ours,",
      "130 interrupted; 'optirag serve' ends with 143 on SIGTERM.",
      "Files are cached in $OPTIRAG_CACHE (default ~/.cache/optirag).",
      "",
      "Start with: optirag demo"
    },
    subcommands = {
      HelpCommand.class,
      DemoCommand.class,
      DataCommand.class,
      ModelCommand.class,
      TrainCommand.class,
      CalibrateCommand.class,
      EvaluateCommand.class,
      ExperimentCommand.class,
      RankCommand.class,
      ScoreCommand.class,
      ServeCommand.class,
      ConfigCommand.class,
      DoctorCommand.class,
      BenchCommand.class
    })
public final class Main implements Runnable {
  /** An error that the user can mend. */
  static final int USER_ERROR = 2;

  private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Main.class);

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Held, so that its level is: Lucene speaks of its vector code at the first search. */
  private static final Logger LUCENE = Logger.getLogger("org.apache.lucene");

  static {
    LUCENE.setLevel(Level.SEVERE);
  }

  Main() {}

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs the command and exits with its code. */
  public static void main(String[] arguments) {
    TemporaryDirectory own =
        TemporaryDirectory.claim(Path.of(System.getProperty("java.io.tmpdir", "")));
    if (own != null) {
      Runtime.getRuntime().addShutdownHook(new Thread(own::close, "temporary-files"));
    }
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    CommandLine command = new CommandLine(new Main());
    for (String name : List.of("serve", "doctor")) {
      ServeConfig.addOptions(subcommand(command, name).getCommandSpec());
    }
    CommandLine config = subcommand(command, "config");
    ServeConfig.addOptions(subcommand(config, "show").getCommandSpec());
    Numbers.register(command);
    return command
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionStrategy(Main::run)
        .setExecutionExceptionHandler(Main::explain)
        .setParameterExceptionHandler(Main::teach);
  }

  private static CommandLine subcommand(CommandLine of, String name) {
    return Objects.requireNonNull(of.getSubcommands().get(name), name);
  }

  /** A wrong flag gets a line, the nearest right one, and the place to look. */
  private static int teach(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    List<String> unknown = command.getUnmatchedArguments();
    PrintWriter err = command.getErr();
    String question = "";
    if (unknown.isEmpty()) {
      err.println("optirag: " + error.getMessage());
    } else { // what is missing may well be what was mistyped
      Unknown there = new Unknown(command, unknown);
      err.println("optirag: " + there.problem());
      question = there.question();
    }
    err.println(
        "  %sSee '%s --help'.".formatted(question, command.getCommandSpec().qualifiedName()));
    return ExitCode.USAGE;
  }

  /** Errors of the JVM, such as a library that is not there, are told of as all others are. */
  private static int run(ParseResult parsed) {
    for (CommandLine command : parsed.asCommandLineList()) {
      // Whoever asks for the help or version of what is not there is told so, not helped with else.
      List<String> unknown = command.getUnmatchedArguments();
      if (!unknown.isEmpty()) {
        throw new UnmatchedArgumentException(command, unknown);
      }
    }
    try {
      return new RunLast().execute(parsed);
    } catch (Error e) {
      throw new ExecutionException(parsed.commandSpec().commandLine(), "an error", e);
    }
  }

  private static int explain(Exception error, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    UserException mendable = mendable(error);
    if (mendable != null) {
      err.println("optirag: " + mendable.problem());
      err.println("  " + mendable.wayOut());
      for (Throwable cause = mendable.getCause(); cause != null; cause = cause.getCause()) {
        LOG.debug("because of {}", firstLine(cause)); // where it was thrown helps nobody to mend it
      }
      return USER_ERROR;
    }
    Throwable fault =
        error instanceof ExecutionException && error.getCause() != null ? error.getCause() : error;
    err.println("optirag: unexpected " + firstLine(fault));
    err.println("  This is a fault of OptiRAG. Run again with OPTIRAG_LOG=debug for the details.");
    LOG.debug("unexpected error", fault);
    return ExitCode.SOFTWARE;
  }

  /** The error behind an error that the user can mend, if there is one: threads wrap theirs. */
  private static @Nullable UserException mendable(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException mendable) {
        return mendable;
      }
    }
    return null;
  }

  /** libtorch's messages go on with a stack trace of their own. */
  private static String firstLine(Throwable error) {
    return error.toString().lines().findFirst().orElse("");
  }
}

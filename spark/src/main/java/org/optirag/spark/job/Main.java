package org.optirag.spark.job;

import java.io.PrintWriter;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.sql.SparkSession;
import org.optirag.workspace.UserException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** The entry point for spark-submit: runs a job, turns errors into exit codes. */
@Command(
    name = "optirag-spark",
    mixinStandardHelpOptions = true,
    description = "Runs a job of OptiRAG on Apache Spark.",
    synopsisSubcommandLabel = "JOB",
    footer = {
      "",
      "Exit codes: 0 done, 2 an error you can mend (one line says what and how), 1 an error of ours."
    },
    subcommands = {
      HelpCommand.class,
      PrepareJob.class,
      GraphJob.class,
      NeighboursJob.class,
      ScoreJob.class,
      SqlJob.class
    })
public final class Main implements Runnable {
  private static final int USER_ERROR = 2;
  private static final String SHUFFLE_PARTITIONS = "spark.sql.shuffle.partitions";
  private static final String COMPRESSED = "spark.sql.inMemoryColumnarStorage.compressed";
  private static final int LEAST_PARTS = 8;
  private static final int PARTS_A_CORE = 4;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  Main() {}

  @Override
  public void run() {
    spec.commandLine().usage(spec.commandLine().getOut());
  }

  /** Runs a job and ends with its exit code. */
  public static void main(String[] arguments) {
    int code = commandLine().execute(arguments);
    if (code != 0) {
      System.exit(code); // a cluster manager takes any other end for success
    }
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setExecutionStrategy(Main::run)
        .setParameterExceptionHandler(Main::teach)
        .setExecutionExceptionHandler(Main::explain);
  }

  /** Whoever asks for the help of what is not there is told so, not helped with something else. */
  private static int run(ParseResult parsed) {
    for (CommandLine command : parsed.asCommandLineList()) {
      if (!command.getUnmatchedArguments().isEmpty()) {
        throw new UnmatchedArgumentException(command, command.getUnmatchedArguments());
      }
    }
    return new RunLast().execute(parsed);
  }

  private static int teach(ParameterException error, String[] arguments) {
    CommandLine command = error.getCommandLine();
    PrintWriter err = command.getErr();
    List<String> unknown = command.getUnmatchedArguments();
    boolean job = !unknown.isEmpty() && !command.getSubcommands().isEmpty();
    err.println(
        "optirag-spark: "
            + (job ? "There is no job '" + unknown.getFirst() + "'." : error.getMessage()));
    UnmatchedArgumentException.printSuggestions(error, err);
    err.println("  See '" + command.getCommandSpec().qualifiedName() + " --help'.");
    return ExitCode.USAGE;
  }

  /**
   * The session that spark-submit set up. Times are told in UTC, as imports do; where nobody said
   * into how many parts to shuffle, it goes by the cores and not by Spark's 200. What is kept of
   * tables is read a few times at most: to look for the smallest form of each column costs more.
   */
  static SparkSession session(String job) {
    SparkSession spark = SparkSession.builder().appName("optirag " + job).getOrCreate();
    spark.conf().set("spark.sql.session.timeZone", "UTC");
    if (!spark.sparkContext().getConf().contains(COMPRESSED)) {
      spark.conf().set(COMPRESSED, false);
    }
    if (!spark.sparkContext().getConf().contains(SHUFFLE_PARTITIONS)) {
      int parts = Math.max(LEAST_PARTS, PARTS_A_CORE * spark.sparkContext().defaultParallelism());
      spark.conf().set(SHUFFLE_PARTITIONS, parts);
    }
    return spark;
  }

  private static int explain(Exception error, CommandLine command, ParseResult parsed) {
    PrintWriter err = command.getErr();
    UserException mendable = mendable(error);
    if (mendable != null) {
      err.println("optirag-spark: " + mendable.problem());
      err.println("  " + mendable.wayOut());
      return USER_ERROR;
    }
    err.println("optirag-spark: unexpected " + error.toString().lines().findFirst().orElse(""));
    err.println("  This is a fault of OptiRAG, or of the cluster; the log has the details.");
    LoggerFactory.getLogger(Main.class).error("unexpected error", error);
    return ExitCode.SOFTWARE;
  }

  /** The mistake behind an error, if it is one: tasks wrap what they throw. */
  private static @org.jspecify.annotations.Nullable UserException mendable(Throwable error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserException user) {
        return user;
      }
      String text = cause instanceof SparkException ? cause.getMessage() : null;
      String mark = UserException.class.getName() + ": ";
      if (text != null && text.contains(mark)) {
        String line =
            text.substring(text.indexOf(mark) + mark.length()).lines().findFirst().orElse("");
        return new UserException(line, "The executors' logs say more.", cause);
      }
    }
    return null;
  }
}

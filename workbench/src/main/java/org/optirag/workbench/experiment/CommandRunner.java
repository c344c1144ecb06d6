package org.optirag.workbench.experiment;

import java.util.List;

/**
 * Runs what an experiment consists of: commands as a user would give them, without the program's
 * name. The command line supplies it. Called by one thread.
 */
public interface CommandRunner {
  /**
   * Reads a command without running it: a mistyped option is better told before the first hour than
   * after it.
   *
   * @param command arguments, the first is the subcommand
   * @throws org.optirag.workspace.UserException if it has an option that there is not, or a value
   *     that does not fit
   */
  void check(List<String> command);

  /**
   * Runs a command to its end.
   *
   * @param command arguments, the first is the subcommand
   * @throws org.optirag.workspace.UserException if it ends with an error that can be mended
   * @throws IllegalStateException if it ends with an error of ours
   */
  void run(List<String> command);
}

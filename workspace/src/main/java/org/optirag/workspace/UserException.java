package org.optirag.workspace;

import org.jspecify.annotations.Nullable;

/**
 * An error that the user can mend: bad input, a missing file, a full disk.
 *
 * <p>The command line prints {@link #problem()} and {@link #wayOut()}, a line each and no stack
 * trace, and exits with code 2.
 */
public final class UserException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String problem;
  private final String wayOut;

  /**
   * @param problem what is wrong, naming the file, line, field or value
   * @param wayOut what the user can do about it
   */
  public UserException(String problem, String wayOut) {
    this(problem, wayOut, null);
  }

  /**
   * @param problem what is wrong, naming the file, line, field or value
   * @param wayOut what the user can do about it
   * @param cause what the system said; logged, never printed by default
   */
  public UserException(String problem, String wayOut, @Nullable Throwable cause) {
    super(problem + " " + wayOut, cause);
    this.problem = problem;
    this.wayOut = wayOut;
  }

  /** One sentence: what is wrong. */
  public String problem() {
    return problem;
  }

  /** One sentence: the way out. */
  public String wayOut() {
    return wayOut;
  }
}

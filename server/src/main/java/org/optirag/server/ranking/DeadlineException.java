package org.optirag.server.ranking;

/** The deadline came before the answer could; nothing was scored. */
public final class DeadlineException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says so. */
  public DeadlineException() {
    super("The deadline came before the answer.");
  }
}

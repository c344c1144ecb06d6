package org.optirag.server.ranking;

/** The service is about to end, and its time for what was under way is over. */
public final class EndingException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Says so. */
  public EndingException() {
    super("The service ends. Send the request to another replica, or again in a while.");
  }
}

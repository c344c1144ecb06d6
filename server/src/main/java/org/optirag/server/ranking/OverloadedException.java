package org.optirag.server.ranking;

/** The queue holds all that can be answered in time: come again later. */
public final class OverloadedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int retryAfter;

  /**
   * @param retryAfter whole seconds until what waits now is worked off, at least 1
   */
  public OverloadedException(int retryAfter) {
    super("The service is at its limit; it asks to be called again in " + retryAfter + " s.");
    this.retryAfter = retryAfter;
  }

  /** Whole seconds until it is worth trying again. */
  public int retryAfter() {
    return retryAfter;
  }
}

package org.optirag.server.events;

/** The store cannot take events now: a full disk, a database that is away. Sending again helps. */
public final class EventsRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param message what happened, for who runs the service
   */
  public EventsRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}

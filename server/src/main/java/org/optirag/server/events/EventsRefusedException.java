package org.optirag.server.events;

import org.jspecify.annotations.Nullable;

/** The store cannot take events now: a full disk, a database that is away. Sending again helps. */
public final class EventsRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Why, as everybody may know it. */
  public enum Reason {
    /** No space is left where the events are kept. */
    FULL_DISK("the disk of the events is full"),
    /** What is known takes all the memory that it may. */
    FULL_MEMORY("the memory for what is known is full"),
    /** Anything else: a database that is away, a damaged file, a service that ends. */
    AWAY("the store of the events cannot be written");

    private final String text;

    Reason(String text) {
      this.text = text;
    }

    /** In words. */
    public String text() {
      return text;
    }
  }

  private final Reason reason;

  /**
   * For a reason that is none of the others.
   *
   * @param message what happened, for who runs the service
   */
  public EventsRefusedException(String message, Throwable cause) {
    this(Reason.AWAY, message, cause);
  }

  /**
   * For a reason.
   *
   * @param message what happened, for who runs the service
   */
  public EventsRefusedException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}

package org.optirag.recommender;

/** A candidate that the service does not know and that comes without a title. */
public final class UnknownItemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int candidate;

  /**
   * @param candidate its place in the request
   * @param id its id
   */
  public UnknownItemException(int candidate, String id) {
    super("There is no item \"" + id + "\".");
    this.candidate = candidate;
  }

  /** Its place in the request, from 0. */
  public int candidate() {
    return candidate;
  }
}

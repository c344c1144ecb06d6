package org.optirag.server.ranking;

/** What a bundle says of a request is no number: the request is answered with an error. */
public final class BrokenAnswerException extends RuntimeException {
  private static final long serialVersionUID = 1;

  BrokenAnswerException(String bundle) {
    super("The bundle " + bundle + " answers with a probability that is no number.");
  }
}

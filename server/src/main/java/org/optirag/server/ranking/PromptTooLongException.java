package org.optirag.server.ranking;

/** Context and candidates have more tokens than a request may. */
public final class PromptTooLongException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * @param tokens of the prompt
   * @param most that are allowed
   */
  public PromptTooLongException(int tokens, int most) {
    super(
        ("The prompt has %d tokens, at most %d. Send fewer candidates, or shorter ones; whoever runs"
                + " the service may raise max-tokens.")
            .formatted(tokens, most));
  }
}

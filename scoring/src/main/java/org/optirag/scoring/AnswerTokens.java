package org.optirag.scoring;

import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.workspace.UserException;

/**
 * The tokens that stand for the two answers.
 *
 * @param no id of No
 * @param yes id of Yes
 */
public record AnswerTokens(int no, int yes) {

  /**
   * Looks the answers up as the model would write them.
   *
   * @throws UserException if an answer is not a single token
   */
  public static AnswerTokens of(Tokenizer tokenizer, ChatFormat format) {
    String prefix = format.frame(tokenizer).answerPrefix();
    return new AnswerTokens(single(tokenizer, prefix + "No"), single(tokenizer, prefix + "Yes"));
  }

  private static int single(Tokenizer tokenizer, String answer) {
    int[] ids = tokenizer.encode(answer);
    if (ids.length != 1) {
      throw new UserException(
          "The model's tokenizer writes \"%s\" as %d tokens, not one."
              .formatted(answer, ids.length),
          "Choose the chat format that the model was tuned with.");
    }
    return ids[0];
  }
}

package org.optirag.scoring;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What goes into a prompt, and how much of it.
 *
 * @param format the model's chat format
 * @param tokens most tokens of a context with its longest candidate
 * @param titleTokens most tokens of one title or field; longer ones are cut
 * @param profile whether the user's profile is told
 * @param fields whether the candidate's further texts (genres, author, …) are told
 * @param evidence whether what others did with the candidate is told
 * @param relevant behaviours most like the candidate that are told with it, at most
 * @param question whether the question is asked in words with every candidate; a model that was
 *     trained for it answers without
 * @param candidateTokens most tokens of a candidate, which the context leaves free whatever the
 *     candidates are; 0 where a candidate may be as long as it is and the context has the room that
 *     the longest one leaves, so that it depends on the candidates
 */
public record PromptSettings(
    ChatFormat format,
    int tokens,
    int titleTokens,
    boolean profile,
    boolean fields,
    boolean evidence,
    int relevant,
    boolean question,
    int candidateTokens) {
  /** For the default model: 512 tokens, everything told. */
  public static final PromptSettings DEFAULT =
      new PromptSettings(ChatFormat.CHATML, 512, 40, true, true, true, 3, true);

  /** Most further texts of an item that are told. */
  public static final int ITEM_FIELDS = 3;

  /** What instruction, profile, evidence and question take at most, titles and texts aside. */
  private static final int FIXED_TOKENS = 230;

  /** How many titles and texts a candidate brings at most: its own, three fields, three more. */
  private static final int TITLES = 7;

  /** What evidence, question and answer take of a candidate, and a title in short. */
  private static final int LEAST_CANDIDATE = 96;

  /** Checks the numbers. */
  public PromptSettings {
    int least = FIXED_TOKENS + TITLES * titleTokens;
    if (relevant < 0 || relevant > 3) {
      throw new IllegalArgumentException("0 to 3 behaviours a candidate, not " + relevant);
    }
    if (titleTokens < 1 || tokens < least) {
      throw new IllegalArgumentException(
          "a prompt of %d tokens is too short for titles of %d; it needs %d"
              .formatted(tokens, titleTokens, least));
    }
    if (candidateTokens != 0
        && (candidateTokens < LEAST_CANDIDATE || candidateTokens > tokens / 2)) {
      throw new IllegalArgumentException(
          "a candidate of %d tokens in a prompt of %d; it may have %d to %d, or 0 for any"
              .formatted(candidateTokens, tokens, LEAST_CANDIDATE, tokens / 2));
    }
  }

  /** A candidate may be as long as it is, and the context has the room that the longest leaves. */
  public PromptSettings(
      ChatFormat format,
      int tokens,
      int titleTokens,
      boolean profile,
      boolean fields,
      boolean evidence,
      int relevant,
      boolean question) {
    this(format, tokens, titleTokens, profile, fields, evidence, relevant, question, 0);
  }

  /** The same with three eighths of the tokens for a candidate, whoever stands beside it. */
  public PromptSettings independent() {
    return new PromptSettings(
        format,
        tokens,
        titleTokens,
        profile,
        fields,
        evidence,
        relevant,
        question,
        Math.max(LEAST_CANDIDATE, tokens * 3 / 8));
  }

  /** The settings in words, for a page or a table. */
  public String text() {
    List<String> told = new ArrayList<>();
    if (profile) {
      told.add("the user's profile");
    }
    if (fields) {
      told.add("the candidate's fields");
    }
    if (evidence) {
      told.add("what others did with it");
    }
    if (relevant > 0) {
      told.add("the " + relevant + " most like it");
    }
    return "%s, at most %d tokens, %d a title; tells %s; %s"
        .formatted(
            format.name().toLowerCase(Locale.ROOT),
            tokens,
            titleTokens,
            told.isEmpty() ? "titles alone" : String.join(", ", told),
            question ? "asks in words" : "asks without words");
  }
}

package org.optirag.backbone.tokenizer;

/** Turns text into token ids. Safe for use from many threads. Never truncates. */
public interface Tokenizer extends AutoCloseable {

  /**
   * Encodes text as data: a control token spelled out in it ("&lt;|im_end|&gt;") stays text, so
   * that a title can never end the prompt's frame. Adds no special tokens.
   */
  int[] encode(String text);

  /**
   * Encodes the frame of a prompt, in which control tokens spelled out count as such. Only for text
   * that the program itself wrote. Adds no special tokens.
   */
  int[] encodeFrame(String frame);

  /** The text of token ids, control tokens included. */
  String decode(int[] tokens);

  /** How many token ids there are. */
  int size();

  @Override
  void close();
}

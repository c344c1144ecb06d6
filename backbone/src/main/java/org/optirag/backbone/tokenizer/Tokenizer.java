package org.optirag.backbone.tokenizer;

/**
 * Turns text into token ids. Safe for use from many threads. Never truncates.
 *
 * <p>A prompt is encoded piece by piece, and its pieces read as in the whole text: SentencePiece
 * vocabularies (Llama 2, Mistral) put a space before a text, so a piece is told where it stands.
 */
public interface Tokenizer extends AutoCloseable {

  /** Where a text stands. */
  enum Place {
    /** Nothing stands before it, or only what the model expects first. */
    START,
    /** A control token stands before it. */
    AFTER_CONTROL,
    /** Other text stands before it. */
    AFTER_TEXT
  }

  /**
   * Encodes text as data: a control token spelled out in it ("&lt;|im_end|&gt;") stays text, so
   * that a title can never end the prompt's frame. Adds no special tokens.
   */
  int[] encode(String text, Place place);

  /**
   * Encodes the frame of a prompt, in which control tokens spelled out count as such. Only for text
   * that the program itself wrote. Adds no special tokens.
   */
  int[] encodeFrame(String frame, Place place);

  /** Encodes text as data that goes on after other text. */
  default int[] encode(String text) {
    return encode(text, Place.AFTER_TEXT);
  }

  /** Encodes a frame that goes on after other text. */
  default int[] encodeFrame(String frame) {
    return encodeFrame(frame, Place.AFTER_TEXT);
  }

  /** Where a text stands that follows tokens. */
  Place after(int[] tokens);

  /** What the model expects before any text, possibly nothing. */
  int[] beginning();

  /** Whether a text at a place gets a space before it that it does not have itself. */
  boolean spaces(Place place);

  /** Whether a text is a control token: one token in a frame, and never written by data. */
  boolean isControl(String text);

  /** The text of token ids, control tokens included. */
  String decode(int[] tokens);

  /** How many token ids there are. */
  int size();

  @Override
  void close();
}

package org.optirag.server.live;

import org.optirag.backbone.tokenizer.Tokenizer;

/** A tokenizer whose tokens are the letters, so that prompts can be read. */
final class Letters implements Tokenizer {
  @Override
  public int[] encode(String text, Place place) {
    return text.codePoints().toArray();
  }

  @Override
  public int[] encodeFrame(String frame, Place place) {
    return encode(frame);
  }

  @Override
  public Place after(int[] tokens) {
    return tokens.length == 0 ? Place.START : Place.AFTER_TEXT;
  }

  @Override
  public int[] beginning() {
    return new int[0];
  }

  @Override
  public boolean spaces(Place place) {
    return false;
  }

  @Override
  public boolean isControl(String text) {
    return false;
  }

  @Override
  public String decode(int[] tokens) {
    return new String(tokens, 0, tokens.length);
  }

  @Override
  public int size() {
    return Character.MAX_CODE_POINT;
  }

  @Override
  public void close() {}
}

package org.optirag.server.live;

import org.optirag.backbone.tokenizer.Tokenizer;

/** A tokenizer whose tokens are the letters, so that prompts can be read. */
final class Letters implements Tokenizer {
  @Override
  public int[] encode(String text) {
    return text.codePoints().toArray();
  }

  @Override
  public int[] encodeFrame(String frame) {
    return encode(frame);
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

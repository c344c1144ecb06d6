package org.optirag.scoring;

import java.util.List;
import org.optirag.backbone.tokenizer.Tokenizer;

/**
 * The marks of a chat format that a tokenizer has no control tokens for: they are text like any
 * other, and a title could write one. So a space is put into a mark that stands in a title: {@code
 * [/INST]} becomes {@code [/INST ]}.
 */
final class TextMarks {
  private final List<String> marks;

  TextMarks(ChatFormat format, Tokenizer tokenizer) {
    this.marks = format.marks().stream().filter(mark -> !tokenizer.isControl(mark)).toList();
  }

  /**
   * A text without marks.
   *
   * @param before what stands before it on its line: a mark may begin there
   * @param after what stands after it: a mark may end there
   */
  String brokenIn(String before, String text, String after) {
    String broken = text;
    for (String mark : marks) {
      int from = 0;
      while (true) {
        String line = before + broken + after;
        int at = line.indexOf(mark, from);
        if (at < 0 || at >= before.length() + broken.length()) {
          break;
        }
        int end = at + mark.length();
        from = at + 1;
        if (end <= before.length()) {
          continue;
        }
        int cut = Math.clamp(end - 1 - before.length(), 0, broken.length());
        broken = broken.substring(0, cut) + " " + broken.substring(cut);
      }
    }
    return broken;
  }
}

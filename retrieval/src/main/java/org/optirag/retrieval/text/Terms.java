package org.optirag.retrieval.text;

import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a text is cut into before it is counted, in small letters. */
enum Terms {
  /** Words of at least two letters or digits. */
  WORDS(WholeText.MOST_CHARACTERS) {
    @Override
    void cut(String text, Consumer<String> term) {
      for (Matcher word = WORD.matcher(text); word.find(); ) {
        term.accept(word.group());
      }
    }
  },

  /**
   * Three to five characters within words, the blank before and after a word included: finds words
   * that are inflected, compounded or misspelt. A word that is shorter counts once, as a whole.
   */
  CHARACTERS(1_024) {
    @Override
    void cut(String text, Consumer<String> term) {
      for (String word : BLANK.split(text.strip())) {
        String padded = ' ' + word + ' ';
        for (int n = 3; n <= 5 && !word.isEmpty(); n++) {
          if (padded.length() <= n) {
            term.accept(padded);
            break;
          }
          for (int from = 0; from + n <= padded.length(); from++) {
            term.accept(padded.substring(from, from + n));
          }
        }
      }
    }
  };

  private static final Pattern WORD =
      Pattern.compile("\\b\\w\\w+\\b", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern BLANK = Pattern.compile("\\s+", Pattern.UNICODE_CHARACTER_CLASS);

  private final int most;

  Terms(int most) {
    this.most = most;
  }

  /** Every term of a text, as often as it occurs; only the beginning of a long text is read. */
  void each(String text, Consumer<String> term) {
    cut(WholeText.head(text, most).toLowerCase(Locale.ROOT), term);
  }

  abstract void cut(String text, Consumer<String> term);
}

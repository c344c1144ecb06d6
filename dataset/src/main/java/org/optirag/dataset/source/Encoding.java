package org.optirag.dataset.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * In which encoding a text is: as its first bytes say, else as the user or the format says.
 *
 * @param charset to decode by
 * @param note for the user where that is not what was expected, or null
 */
record Encoding(Charset charset, @Nullable String note) {
  /** As many bytes are looked at before the text is decoded. */
  static final int LOOKED_AT = 1024;

  private static final Set<String> WIDE =
      Set.of("UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "UTF-32LE", "UTF-32BE");

  /**
   * Looks at the beginning of a text and takes a byte order mark away.
   *
   * @param said by the user or the format
   * @throws UserException if the text is plainly in another encoding
   */
  static Encoding of(Path file, PushbackInputStream bytes, Charset said) throws IOException {
    byte[] first = bytes.readNBytes(LOOKED_AT);
    Encoding found = of(file, first, said);
    int mark = markLength(first);
    bytes.unread(first, mark, first.length - mark);
    return found;
  }

  private static Encoding of(Path file, byte[] first, Charset said) {
    int mark = markLength(first);
    if (mark > 0) {
      Charset marked =
          mark == 3
              ? StandardCharsets.UTF_8
              : first[0] == (byte) 0xFE ? StandardCharsets.UTF_16BE : StandardCharsets.UTF_16LE;
      boolean expected = mark == 3 || WIDE.contains(said.name());
      return new Encoding(
          marked, expected ? null : file.getFileName() + " is " + marked + " and was read as such");
    }
    int[] zeros = new int[2];
    for (int i = 0; i < first.length; i++) {
      zeros[i % 2] += first[i] == 0 ? 1 : 0;
    }
    if (!WIDE.contains(said.name()) && zeros[0] + zeros[1] > first.length / 4) {
      String wide = zeros[0] > zeros[1] ? "UTF-16BE" : "UTF-16LE";
      throw new UserException(
          file + ", line 1: not " + said + ", but apparently " + wide + ".", wayOut(file, wide));
    }
    return new Encoding(said, null);
  }

  private static int markLength(byte[] first) {
    if (first.length >= 3
        && first[0] == (byte) 0xEF
        && first[1] == (byte) 0xBB
        && first[2] == (byte) 0xBF) {
      return 3;
    }
    boolean wide =
        first.length >= 2
            && ((first[0] == (byte) 0xFF && first[1] == (byte) 0xFE)
                || (first[0] == (byte) 0xFE && first[1] == (byte) 0xFF));
    return wide ? 2 : 0;
  }

  /**
   * Whether a text that is said to be Latin-1 is UTF-8: it has more than ASCII, and all of it is.
   */
  static boolean isUtf8(InputStream bytes) throws IOException {
    byte[] block = new byte[1 << 16];
    boolean more = false;
    int following = 0;
    int least = 0x80; // of the next byte that follows
    int most = 0xBF;
    for (int read = bytes.read(block); read >= 0; read = bytes.read(block)) {
      for (int i = 0; i < read; i++) {
        int b = block[i] & 0xFF;
        if (following > 0) {
          if (b < least || b > most) {
            return false;
          }
          following--;
          least = 0x80;
          most = 0xBF;
        } else if (b >= 0x80) {
          if (b < 0xC2 || b > 0xF4) {
            return false;
          }
          more = true;
          following = b < 0xE0 ? 1 : b < 0xF0 ? 2 : 3;
          least = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
          most = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
        }
      }
    }
    return more && following == 0;
  }

  /** What to do about a text in another encoding. */
  static String wayOut(Object file, String likely) {
    return "Say its encoding in a mapping, such as 'encoding: "
        + likely
        + "', or convert it: iconv -f "
        + likely
        + " -t UTF-8 "
        + file
        + " > NEW.";
  }
}

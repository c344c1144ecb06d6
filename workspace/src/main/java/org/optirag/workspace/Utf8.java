package org.optirag.workspace;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What to say of a file that should be UTF-8 and is not. */
public final class Utf8 {
  private Utf8() {}

  /**
   * Names the line of the first byte that is not UTF-8, after a reader has stopped at it.
   *
   * @param file small enough to be read whole
   */
  public static UserException broken(Path file) {
    return found(file)
        .orElseGet(() -> new UserException(file + " is not UTF-8.", "Save it as UTF-8."));
  }

  /**
   * The same of a file that may be UTF-8 for all that is known; empty where it is.
   *
   * @param file small enough to be read whole
   */
  public static Optional<UserException> found(Path file) {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      return Optional.of(new UserException(file + " is not UTF-8.", "Save it as UTF-8.", e));
    }
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(1 << 13);
    CoderResult result = decoder.decode(in, out, true);
    while (result.isOverflow()) {
      out.clear();
      result = decoder.decode(in, out, true);
    }
    if (!result.isError()) {
      return Optional.empty();
    }
    int at = Math.min(in.position(), Math.max(0, bytes.length - 1));
    int line = 1;
    for (int i = 0; i < at; i++) {
      line += bytes[i] == '\n' ? 1 : 0;
    }
    return Optional.of(
        new UserException(
            "%s, line %d: the byte 0x%02X is not UTF-8.".formatted(file, line, bytes[at] & 0xFF),
            "Save it as UTF-8, for instance: iconv -f windows-1252 -t UTF-8 %s > utf8."
                .formatted(file.getFileName())));
  }
}

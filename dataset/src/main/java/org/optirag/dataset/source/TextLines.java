package org.optirag.dataset.source;

import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * The physical lines of a text file, plain or gzipped, numbered from 1. No line takes more memory
 * than {@link #LONGEST} characters: of a longer one the rest is skipped, and {@link #cut()} says
 * so. A byte that the encoding does not know ends the reading with its line; no character takes its
 * place.
 */
final class TextLines implements AutoCloseable {
  /** The most characters of a line that are kept. */
  static final int LONGEST = 16 << 20;

  private final Path file;
  private final InputStream in;
  private final @Nullable String note;
  private final CharsetDecoder decoder;
  private final boolean latin1;
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16).flip();
  private final char[] buffer = new char[1 << 16];
  private final Deque<String> pushedBack = new ArrayDeque<>();
  private int next;
  private int end;
  private boolean ended;
  private boolean flushed;
  private long line;
  private boolean cut;

  /**
   * Opens a file.
   *
   * @param charset unless the file itself says another
   */
  TextLines(Path file, Charset charset) throws IOException {
    this.file = file;
    boolean isUtf8 = false;
    if (!charset.equals(StandardCharsets.US_ASCII) && charset.newEncoder().maxBytesPerChar() == 1) {
      // Of these nearly any byte is a letter: nothing else would tell that the file is UTF-8.
      try (InputStream all = open(file)) {
        isUtf8 = Encoding.isUtf8(all);
      }
    }
    PushbackInputStream content = new PushbackInputStream(open(file), Encoding.LOOKED_AT);
    try {
      byte[] first = content.readNBytes(Contents.LOOKED_AT);
      content.unread(first);
      Contents.insistOnText(file, first);
      Encoding encoding = Encoding.of(file, content, isUtf8 ? StandardCharsets.UTF_8 : charset);
      in = content;
      note =
          isUtf8 && encoding.note() == null
              ? file.getFileName() + " is UTF-8, not " + charset + ", and was read as such"
              : encoding.note();
      latin1 = encoding.charset().equals(StandardCharsets.ISO_8859_1);
      decoder =
          encoding
              .charset()
              .newDecoder()
              .onMalformedInput(CodingErrorAction.REPORT)
              .onUnmappableCharacter(CodingErrorAction.REPORT);
    } catch (IOException | UserException e) {
      content.close();
      throw e;
    }
  }

  private static InputStream open(Path file) throws IOException {
    PushbackInputStream bytes =
        new PushbackInputStream(Files.newInputStream(file), Contents.LOOKED_AT);
    try {
      byte[] first = bytes.readNBytes(Contents.LOOKED_AT);
      bytes.unread(first);
      if (file.toString().endsWith(".gz")) {
        Contents.insistOnGzip(file, first);
        return new GZIPInputStream(bytes, 1 << 16);
      }
      return bytes;
    } catch (IOException | UserException e) {
      bytes.close();
      throw e;
    }
  }

  /** What the user should know of the file's encoding, or null. */
  @Nullable String note() {
    return note;
  }

  /** The next line without its end, or null at the end of the file. */
  @Nullable String next() throws IOException {
    String pushed = pushedBack.poll();
    if (pushed != null) {
      line++;
      cut = false;
      return pushed;
    }
    String text = read();
    if (text == null) {
      return null;
    }
    line++;
    return text;
  }

  /** The number of the line that {@link #next()} gave last. */
  long number() {
    return line;
  }

  /** Whether the line that {@link #next()} gave last was too long and lost its rest. */
  boolean cut() {
    return cut;
  }

  /** Gives back the lines read last, in their order; {@link #next()} gives them again. */
  void pushBack(List<String> lines) {
    for (int i = lines.size() - 1; i >= 0; i--) {
      pushedBack.push(lines.get(i));
    }
    line -= lines.size();
  }

  private @Nullable String read() throws IOException {
    cut = false;
    StringBuilder longer = null;
    while (true) {
      if (next == end) {
        fill();
        if (end == 0) {
          return longer == null ? null : withoutReturn(longer);
        }
      }
      int from = next;
      while (next < end && buffer[next] != '\n') {
        next++;
      }
      boolean whole = next < end;
      if (whole && longer == null) {
        int to = next > from && buffer[next - 1] == '\r' ? next - 1 : next;
        next++;
        return new String(buffer, from, to - from);
      }
      longer = longer == null ? new StringBuilder() : longer;
      int room = LONGEST - longer.length();
      cut |= next - from > room;
      longer.append(buffer, from, Math.min(room, next - from));
      if (whole) {
        next++;
        return withoutReturn(longer);
      }
    }
  }

  /** Decodes more of the file; at its end there is none. */
  private void fill() throws IOException {
    CharBuffer out = CharBuffer.wrap(buffer);
    while (!flushed) {
      CoderResult result = decoder.decode(bytes, out, ended);
      if (out.position() > 0) { // what comes before a broken byte is a line, or part of one
        break;
      }
      if (result.isError()) {
        throw broken();
      }
      if (ended) {
        decoder.flush(out);
        flushed = true;
        break;
      }
      bytes.compact();
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      ended = read < 0;
      bytes.position(bytes.position() + Math.max(0, read));
      bytes.flip();
    }
    next = 0;
    end = out.position();
    for (int i = 0; i < end && latin1; i++) {
      char c = buffer[i];
      if (c >= 0x80 && c < 0xA0) {
        buffer[i] = Cells.WINDOWS_1252.charAt(c - 0x80);
      }
    }
  }

  private UserException broken() {
    return new UserException(
        "%s, line %d: the byte 0x%02X is not %s."
            .formatted(file, line + 1, bytes.get(bytes.position()), decoder.charset()),
        Encoding.wayOut(
            file, decoder.charset().name().equals("windows-1252") ? "ISO-8859-1" : "windows-1252"));
  }

  private static String withoutReturn(StringBuilder text) {
    int last = text.length() - 1;
    if (last >= 0 && text.charAt(last) == '\r') {
      text.setLength(last);
    }
    return text.toString();
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}

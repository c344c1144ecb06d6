package org.optirag.dataset.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;

/**
 * The physical lines of a text file, plain or gzipped, numbered from 1. No line takes more memory
 * than {@link #LONGEST} characters: of a longer one the rest is skipped, and {@link #cut()} says
 * so.
 */
final class TextLines implements AutoCloseable {
  /** The most characters of a line that are kept. */
  static final int LONGEST = 16 << 20;

  private final Reader in;
  private final char[] buffer = new char[1 << 16];
  private final Deque<String> pushedBack = new ArrayDeque<>();
  private int next;
  private int end;
  private long line;
  private boolean cut;

  TextLines(Path file, Charset charset) throws IOException {
    InputStream bytes = Files.newInputStream(file);
    try {
      InputStream content =
          file.toString().endsWith(".gz") ? new GZIPInputStream(bytes, 1 << 16) : bytes;
      in = new BufferedReader(new InputStreamReader(content, charset), 1 << 16);
    } catch (IOException e) {
      bytes.close();
      throw e;
    }
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
    return line == 1 && text.startsWith("\uFEFF") ? text.substring(1) : text;
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
        end = Math.max(0, in.read(buffer, 0, buffer.length));
        next = 0;
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

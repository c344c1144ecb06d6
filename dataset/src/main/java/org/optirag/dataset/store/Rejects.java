package org.optirag.dataset.store;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.optirag.dataset.source.Complaints;

/**
 * Writes the rows that were left out or mended to rejected.tsv (file, line, what was done, why, the
 * row's beginning) and counts them. Keeps the first few of each kind for messages.
 */
final class Rejects implements Complaints, AutoCloseable {
  private static final int FEW = 3; // of each reason
  private static final int MOST_REASONS = 1000;
  private static final int EXCERPT = 200;

  private final BufferedWriter out;
  private final List<Check.Reject> first = new ArrayList<>();
  private final Map<Path, Long> brokenByFile = new LinkedHashMap<>();
  private final Map<String, Long> byReason = new LinkedHashMap<>();
  private final Set<String> notes = new LinkedHashSet<>();
  private long broken;
  private long mended;

  Rejects(Path file) throws IOException {
    out = Files.newBufferedWriter(file);
    out.write("file\tline\tdone\treason\trow\n");
  }

  @Override
  public void broken(Path file, long line, String reason, String text) {
    broken++;
    brokenByFile.merge(file, 1L, Long::sum);
    write(file, line, true, reason, text);
  }

  @Override
  public void mended(Path file, long line, String reason, String text) {
    mended++;
    write(file, line, false, reason, text);
  }

  @Override
  public void noted(String sentence) {
    notes.add(sentence);
  }

  private void write(Path file, long line, boolean leftOut, String reason, String text) {
    String excerpt =
        text.substring(0, Math.min(EXCERPT, text.length())).replaceAll("[\\t\\r\\n]", " ");
    Check.Reject reject =
        new Check.Reject(String.valueOf(file.getFileName()), line, leftOut, reason, excerpt);
    String kind = reason.replaceAll("\\d+", "#").replaceAll("'[^']*'", "'…'");
    if (byReason.size() == MOST_REASONS && !byReason.containsKey(kind)) {
      kind = "other";
    }
    if (byReason.merge(kind, 1L, Long::sum) <= FEW) {
      first.add(reject);
    }
    try {
      out.write(
          reject.file()
              + "\t"
              + line
              + "\t"
              + (leftOut ? "left out" : "mended")
              + "\t"
              + reason.replaceAll("[\\t\\r\\n]", " ")
              + "\t"
              + excerpt
              + "\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> notes() {
    return List.copyOf(notes);
  }

  List<Check.Reject> first() {
    return first;
  }

  Map<String, Long> byReason() {
    return byReason;
  }

  long broken() {
    return broken;
  }

  long broken(Path file) {
    return brokenByFile.getOrDefault(file, 0L);
  }

  long mended() {
    return mended;
  }

  @Override
  public void close() throws IOException {
    out.close();
  }
}

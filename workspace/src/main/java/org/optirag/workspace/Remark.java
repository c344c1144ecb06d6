package org.optirag.workspace;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a task says beside its bar: figures by name, those that were measured alone. Immutable and
 * safe for use from several threads.
 */
public final class Remark {
  /** Nothing was measured yet. */
  public static final Remark NONE = new Remark(List.of());

  private final List<String> parts;

  private Remark(List<String> parts) {
    this.parts = parts;
  }

  /** A figure to four digits, left out where it is NaN: what was never measured has no figure. */
  public Remark figure(String name, double value) {
    return Double.isNaN(value) ? this : with(String.format(Locale.ROOT, "%s %.4f", name, value));
  }

  /** Words, left out where there are none. */
  public Remark words(String words) {
    return words.isBlank() ? this : with(words);
  }

  private Remark with(String part) {
    List<String> longer = new ArrayList<>(parts);
    longer.add(part);
    return new Remark(List.copyOf(longer));
  }

  /** All of it in a line; empty where nothing was measured. */
  public String text() {
    return String.join(", ", parts);
  }
}

package org.optirag.cli;

import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.Counted;
import org.optirag.workspace.Progress;

/**
 * Progress as bars with the time left on a terminal, and as one line a task where the output is a
 * file or a pipe.
 */
final class ConsoleProgress implements Progress {
  private static final int WIDTH = 100;

  private final PrintStream err;
  private final boolean terminal;

  ConsoleProgress(PrintStream err) {
    this(err, Boolean.getBoolean("optirag.terminal")); // the launcher asks the shell
  }

  ConsoleProgress(PrintStream err, boolean terminal) {
    this.err = err;
    this.terminal = terminal;
  }

  @Override
  public Task begin(String name, long total, String unit) {
    return terminal ? new Bar(err, name, total, unit) : new Line(err, name, total, unit);
  }

  /** A bar that redraws itself. */
  private static final class Bar implements Task {
    private final ProgressBar bar;

    Bar(PrintStream err, String name, long total, String unit) {
      ProgressBarBuilder builder =
          ProgressBar.builder()
              .setTaskName(name)
              .setInitialMax(total)
              .setStyle(ProgressBarStyle.UNICODE_BLOCK)
              .setUpdateIntervalMillis(200)
              .setConsumer(new ConsoleProgressBarConsumer(err, WIDTH));
      if (unit.equals("B")) {
        builder.setUnit(" MB", 1_000_000);
      } else {
        builder.setUnit(" " + Counted.unit(total, unit), 1);
      }
      this.bar = builder.build();
    }

    @Override
    public void advance(long units) {
      bar.stepBy(units);
    }

    @Override
    public void note(String remark) {
      bar.setExtraMessage(remark);
    }

    @Override
    public void close() {
      bar.close();
    }
  }

  /** One line at the end, and one every ten seconds of a long task. */
  private static final class Line implements Task {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(10);

    private final PrintStream err;
    private final String name;
    private final long total;
    private final String unit;
    private final Instant start = Instant.now();
    private Instant spoke = start;
    private long done;
    private @Nullable String remark;
    private boolean closed;

    Line(PrintStream err, String name, long total, String unit) {
      this.err = err;
      this.name = name;
      this.total = total;
      this.unit = unit;
    }

    @Override
    public synchronized void advance(long units) {
      done += units;
      Instant now = Instant.now();
      if (Duration.between(spoke, now).compareTo(BETWEEN_LINES) >= 0) {
        spoke = now;
        speak(now, total > 0 && done > 0 ? ", " + left(now) + " left" : "");
      }
    }

    @Override
    public synchronized void note(String remark) {
      this.remark = remark.isEmpty() ? null : remark;
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        speak(Instant.now(), "");
      }
    }

    private String left(Instant now) {
      double spent = Duration.between(start, now).toMillis() / 1000.0;
      return Math.round(spent * (total - done) / done) + " s";
    }

    private void speak(Instant now, String suffix) {
      String amount = unit.equals("B") ? megabytes() : counted();
      double seconds = Duration.between(start, now).toMillis() / 1000.0;
      err.printf(
          "%s: %s in %.1f s%s%s%n",
          name, amount, seconds, suffix, remark == null ? "" : " (" + remark + ")");
    }

    private String counted() {
      return total > 0 ? done + " of " + Counted.of(total, unit) : Counted.of(done, unit);
    }

    private String megabytes() {
      String of = total > 0 ? String.format(" of %.1f", total / 1e6) : "";
      return String.format("%.1f%s MB", done / 1e6, of);
    }
  }
}

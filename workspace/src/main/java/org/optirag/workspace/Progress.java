package org.optirag.workspace;

/**
 * Where long work says how far it is. Anything that may take over two seconds reports here; the
 * command line draws it as a bar with the time left, tests and libraries pass {@link #silent()}.
 */
public interface Progress {

  /**
   * Begins a task.
   *
   * @param name what is being done, for instance "train graph"
   * @param total the number of units, or -1 where unknown
   * @param unit what is counted, for instance "epoch" or "B"
   * @return the running task; close it when done or given up
   */
  Task begin(String name, long total, String unit);

  /** A running task. Safe for use from several threads. */
  interface Task extends AutoCloseable {
    /** Counts {@code units} more as done. */
    void advance(long units);

    /** Shows a short remark beside the bar, for instance the current loss. */
    void note(String remark);

    @Override
    void close();
  }

  /** A progress that shows nothing. */
  static Progress silent() {
    return (name, total, unit) ->
        new Task() {
          @Override
          public void advance(long units) {}

          @Override
          public void note(String remark) {}

          @Override
          public void close() {}
        };
  }
}

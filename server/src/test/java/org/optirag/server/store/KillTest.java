package org.optirag.server.store;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/** {@code -Dkills=200} gives the figure in docs/reliability.md. */
class KillTest {
  private static final int KILLS = Integer.getInteger("kills", 15);

  @Test
  void whatWasAcknowledgedOutlivesEveryKillAndNothingIsAppliedTwice(
      @TempDir Path directory, TestReporter reporter) throws Exception {
    int events = Kills.survived(directory.toString(), KILLS);
    reporter.publishEntry(KILLS + " kills, events acknowledged", Integer.toString(events));
  }
}

package org.optirag.benchmarks.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.condition.OS.LINUX;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.benchmarks.Optirag;

/**
 * The short form of {@code benchmarks/run faults 3600}: the real service, three minutes of faults.
 */
@EnabledOnOs(LINUX)
@Timeout(900)
class CampaignTest {
  private static final long SEED = 20261201;

  @Test
  void noFaultLosesAnEventOrEndsTheService(@TempDir Path directory, TestReporter reporter)
      throws IOException, InterruptedException {
    Campaign campaign = new Campaign(Optirag.launcher(), Optirag.BUNDLE, 18_082, SEED, line -> {});
    Campaign.Report report = campaign.run(Integer.getInteger("faults.seconds", 180), directory);
    reporter.publishEntry("faults", report.toString());
    assertThat(report.broken()).isEmpty();
    assertThat(report.lost()).isZero();
    assertThat(report.twice()).isZero();
    assertThat(report.acknowledged()).isPositive();
    assertThat(report.kills() + report.terminations()).isGreaterThan(1);
  }
}

package org.optirag.backbone;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the machine's processor can do beyond what libtorch finds out by itself. */
final class Processor {
  /**
   * Whether it multiplies tiles of bf16 (Intel AMX). libtorch's fused attention in bf16 is the
   * fastest way there, and many times slower than separate products on processors without.
   */
  static final boolean MULTIPLIES_TILES = flags().contains(" amx_bf16 ");

  private Processor() {}

  /** Bytes of memory that the machine, or the container that this runs in, has. */
  static long memory() {
    return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
  }

  /** As Linux tells them; empty on other systems. */
  private static String flags() {
    Path file = Path.of("/proc/cpuinfo");
    if (!Files.isReadable(file)) {
      return "";
    }
    try (var lines = Files.lines(file)) {
      return lines.filter(line -> line.startsWith("flags")).findFirst().orElse("") + " ";
    } catch (IOException e) {
      return ""; // Slower, and no less right.
    }
  }
}

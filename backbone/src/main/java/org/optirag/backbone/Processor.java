package org.optirag.backbone;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What the machine's processor can do beyond what libtorch finds out by itself. */
public final class Processor {
  /**
   * Whether it multiplies tiles of bf16 (Intel AMX). libtorch's fused attention in bf16 is the
   * fastest way there, and many times slower than separate products on processors without.
   */
  static final boolean MULTIPLIES_TILES = flags().contains(" amx_bf16 ");

  /** Instructions that decide how fast passes are, as Linux calls them, and as people do. */
  private static final Map<String, String> UNITS =
      new TreeMap<>(
          Map.of(
              "avx2", "AVX2",
              "avx512f", "AVX-512",
              "avx512_vnni", "AVX-512 VNNI",
              "avx512_bf16", "AVX-512 BF16",
              "amx_bf16", "AMX BF16",
              "amx_int8", "AMX INT8"));

  private Processor() {}

  /** Whether it is an x86 that is known to have no AVX2, so that passes are many times slower. */
  public static boolean lacksAvx2() {
    String flags = flags();
    boolean x86 = Set.of("amd64", "x86_64").contains(System.getProperty("os.arch", ""));
    return x86 && !flags.isBlank() && !flags.contains(" avx2 ");
  }

  /** What it has beyond the least of its kind, such as AVX2; empty where that is not known. */
  public static List<String> vectorUnits() {
    String flags = flags();
    return UNITS.entrySet().stream()
        .filter(unit -> flags.contains(" " + unit.getKey() + " "))
        .map(Map.Entry::getValue)
        .toList();
  }

  /** Bytes of memory that the machine, or the container that this runs in, has. */
  public static long memory() {
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

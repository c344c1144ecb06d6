package org.optirag.cli;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.DType;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.server.http.AccessTokens;
import org.optirag.server.http.Limits;
import org.optirag.server.http.ServiceSettings;
import org.optirag.server.http.TlsFiles;
import org.optirag.server.ranking.Scheduler;
import org.optirag.server.rollout.LoadedBundle;
import org.optirag.workspace.UserException;

/**
 * What the settings say, as the service takes it; nothing is loaded for it.
 *
 * @param bundles directories by name, in order
 * @param first the first of them
 * @param loading how bundles are loaded
 * @param scheduling how requests share the machine
 * @param settings how the service listens
 * @param dataset whose users and items it answers for
 */
record ServicePlan(
    Map<String, Path> bundles,
    Bundle first,
    LoadedBundle.Settings loading,
    Scheduler.Settings scheduling,
    ServiceSettings settings,
    String dataset) {
  /** SmolLM2-135M in bf16 on one core; the first passes correct it. */
  private static final double FIRST_GUESS = 0.0008;

  /**
   * Reads the settings.
   *
   * @throws UserException if one does not fit, or the first bundle cannot be read
   */
  static ServicePlan of(ServeConfig config, CommonOptions common) {
    Map<String, Path> bundles = bundles(config);
    Bundle first = Bundle.open(bundles.values().iterator().next());
    return new ServicePlan(
        bundles,
        first,
        loading(config, bundles),
        scheduling(config),
        settings(config, first, common),
        config.text(ServeSetting.DATASET).orElse(first.dataset().name()));
  }

  /** The directories of the bundles by their names, in order. */
  static Map<String, Path> bundles(ServeConfig config) {
    Map<String, Path> bundles = new LinkedHashMap<>();
    for (String part : config.value(ServeSetting.BUNDLE).text().split(",", -1)) {
      int equals = part.indexOf('=');
      Path directory = Path.of(part.substring(equals + 1).strip());
      String name =
          equals >= 0
              ? part.substring(0, equals).strip()
              : String.valueOf(directory.toAbsolutePath().normalize().getFileName());
      if (name.isEmpty() || bundles.put(name, directory) != null) {
        throw config.wrong(ServeSetting.BUNDLE, "a list of bundles, each with its own name", null);
      }
    }
    return bundles;
  }

  private static LoadedBundle.Settings loading(ServeConfig config, Map<String, Path> bundles) {
    String policy = config.value(ServeSetting.POLICY).text();
    if (!policy.equals("chosen")) {
      ExitPolicy.parse(policy); // tells what is wrong with it before anything is loaded
    }
    DType dtype =
        switch (config.value(ServeSetting.DTYPE).text().toLowerCase(Locale.ROOT)) {
          case "auto" -> DType.AUTO;
          case "bf16" -> DType.BF16;
          case "f32" -> DType.F32;
          default -> throw config.wrong(ServeSetting.DTYPE, "auto, bf16 or f32", null);
        };
    long bytes = (long) config.whole(ServeSetting.CONTEXT_CACHE, 0, 1 << 20) << 20;
    return new LoadedBundle.Settings(dtype, bytes, policy, backbones(config, bundles));
  }

  /** What the operator named, and what the bundles need that he named. */
  private static Set<String> backbones(ServeConfig config, Map<String, Path> bundles) {
    Set<String> names = new TreeSet<>();
    for (String name : config.value(ServeSetting.BACKBONES).text().split(",", -1)) {
      names.add(name.strip());
    }
    bundles
        .values()
        .forEach(directory -> names.add(Bundle.open(directory).manifest().backbone().name()));
    names.remove("");
    return names;
  }

  private static Scheduler.Settings scheduling(ServeConfig config) {
    int workers =
        config.text(ServeSetting.WORKERS).isPresent()
            ? config.whole(ServeSetting.WORKERS, 1, 1024)
            : Runtime.getRuntime().availableProcessors();
    return new Scheduler.Settings(
        workers,
        config.whole(ServeSetting.BATCH_TOKENS, 1, 1 << 20),
        config.whole(ServeSetting.QUEUE_TOKENS, 1, 1 << 30),
        config.whole(ServeSetting.CLIENT_TOKENS, 1, 1 << 30),
        Duration.ofMillis(config.whole(ServeSetting.DEADLINE, 1, 600_000)),
        FIRST_GUESS);
  }

  private static ServiceSettings settings(ServeConfig config, Bundle bundle, CommonOptions common) {
    AccessTokens tokens = tokens(config);
    String host = config.value(ServeSetting.HOST).text();
    if (!isLoopback(config, host) && tokens.isOpen() && !config.flag(ServeSetting.OPEN)) {
      throw new UserException(
          "Without tokens the service listens on loopback only, not on " + host + ".",
          "Give --tokens-file, or --open true if everybody who reaches it may do everything.");
    }
    Limits standard = Limits.DEFAULT;
    Limits limits =
        new Limits(
            config.whole(ServeSetting.MAX_BODY, 1000, 1 << 28),
            config.whole(ServeSetting.MAX_CANDIDATES, 1, 100_000),
            standard.titleCharacters(),
            standard.fieldCharacters(),
            config.whole(ServeSetting.MAX_TOKENS, 1000, 1 << 24),
            standard.events(),
            standard.headers(),
            standard.deadline(),
            config.whole(ServeSetting.RATE, 0, 1 << 30),
            config.whole(ServeSetting.CONNECTIONS, 1, 1 << 20));
    return new ServiceSettings(
        host,
        config.whole(ServeSetting.PORT, 0, 65_535),
        tls(config),
        tokens,
        limits,
        Duration.ofMillis(config.whole(ServeSetting.DEADLINE, 1, 600_000)),
        bundle.dataset().rules().likedFrom(),
        config.seconds(ServeSetting.DRAIN_DELAY, 0, 3600),
        accessLog(config, common),
        Telemetry.configured(System.getenv()));
  }

  private static Consumer<String> accessLog(ServeConfig config, CommonOptions common) {
    if (!config.flag(ServeSetting.ACCESS_LOG)) {
      return line -> {};
    }
    Object logging = new Object();
    return line -> {
      synchronized (logging) {
        common.out().println(line);
        common.out().flush();
      }
    };
  }

  private static AccessTokens tokens(ServeConfig config) {
    String line = config.value(ServeSetting.TOKENS).text();
    if (!line.isEmpty()) {
      return AccessTokens.parse(config.value(ServeSetting.TOKENS).from(), line);
    }
    return config.path(ServeSetting.TOKENS_FILE).map(AccessTokens::read).orElse(AccessTokens.OPEN);
  }

  private static @Nullable TlsFiles tls(ServeConfig config) {
    Path certificate = config.path(ServeSetting.TLS_CERTIFICATE).orElse(null);
    if (certificate == null) {
      return null;
    }
    return new TlsFiles(
        certificate,
        config.path(ServeSetting.TLS_KEY).orElse(null),
        config.value(ServeSetting.TLS_PASSWORD).text());
  }

  private static boolean isLoopback(ServeConfig config, String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw config.wrong(ServeSetting.HOST, "an address of this machine", e);
    }
  }
}

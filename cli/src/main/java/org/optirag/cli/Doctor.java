package org.optirag.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.Processor;
import org.optirag.backbone.weights.ModelConfig;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.dataset.store.KnownDataset;
import org.optirag.recommender.LoadedModel;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.Counted;
import org.optirag.workspace.UserException;

/**
 * Examines, one by one, what a service with some settings needs. Nothing is downloaded, made or
 * changed.
 */
final class Doctor {
  private static final long MB = 1 << 20;

  /** Native libraries are unpacked there at each start. */
  private static final long TEMPORARY = 200 * MB;

  /** Bytes of a number of the projections, where the processor is faster with 32 bits. */
  private static final int MOST_BYTES = 4;

  private final ServeConfig config;
  private final CommonOptions common;

  /** The bundles that could be opened, by name. */
  private final Map<String, Bundle> bundles = new LinkedHashMap<>();

  /** What models take, in bytes. */
  private final Map<String, Long> weights = new HashMap<>();

  Doctor(ServeConfig config, CommonOptions common) {
    this.config = config;
    this.common = common;
  }

  /**
   * Examines everything.
   *
   * @param heard hears each finding as soon as it is there
   */
  void examine(Consumer<Finding> heard) {
    heard.accept(Finding.ok("java", java()));
    heard.accept(processor());
    heard.accept(found("temporary", this::temporary));
    heard.accept(found("libraries", Doctor::libraries));
    heard.accept(found("cache", this::cache));
    Map<String, Path> wanted;
    try {
      wanted = ServicePlan.bundles(config);
    } catch (UserException e) {
      heard.accept(Finding.fault("settings", e));
      return;
    }
    wanted.forEach(
        (name, directory) -> heard.accept(found("bundle", () -> bundle(name, directory))));
    if (bundles.size() < wanted.size()) {
      return; // what follows asks for what they say
    }
    heard.accept(found("settings", this::settings));
    bundles.values().forEach(each -> heard.accept(guarded("model", () -> model(each))));
    heard.accept(memory());
    heard.accept(guarded("data", this::data));
    heard.accept(found("store", this::store));
    heard.accept(found("port", this::port));
  }

  private static String java() {
    return "%s, heap %,d MB (OPTIRAG_HEAP)"
        .formatted(Runtime.version(), Runtime.getRuntime().maxMemory() / MB);
  }

  private static Finding processor() {
    List<String> units = Processor.vectorUnits();
    String said =
        "%d, %s%s"
            .formatted(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.arch"),
                units.isEmpty() ? "" : ", " + String.join(", ", units));
    return Processor.lacksAvx2()
        ? Finding.note(
            "processor", said, "Without AVX2 the LLM is many times slower; take another machine.")
        : Finding.ok("processor", said);
  }

  private String temporary() {
    Path directory = Path.of(System.getProperty("java.io.tmpdir", "."));
    long free = free(directory, "Set TMPDIR to a directory you can write.");
    if (free < TEMPORARY) {
      throw new UserException(
          "%s has %,d MB left, and native libraries are unpacked there."
              .formatted(directory, free / MB),
          "Free %,d MB, or set TMPDIR to another place.".formatted(TEMPORARY / MB));
    }
    return "%s, %,d MB free".formatted(directory, free / MB);
  }

  private static String libraries() {
    try {
      Backbone.setThreads(1);
    } catch (LinkageError e) {
      throw new UserException(
          "libtorch cannot be loaded: "
              + String.valueOf(e.getMessage()).lines().findFirst().orElse("")
              + ".",
          "It needs a C library as new as that of Debian 12 or Ubuntu 22.04, and no noexec on TMPDIR.",
          e);
    }
    return "libtorch loaded";
  }

  private String cache() {
    Path models = common.cache().models(); // says if it cannot be written
    return "%s, %,d MB free"
        .formatted(
            common.cache().root(), free(models, "Set OPTIRAG_CACHE to another directory.") / MB);
  }

  private static long free(Path directory, String wayOut) {
    try {
      if (Files.isWritable(directory)) {
        return Files.getFileStore(directory).getUsableSpace();
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot look at " + directory + ": " + e.getMessage() + ".", wayOut, e);
    }
    throw new UserException(directory + " cannot be written.", wayOut);
  }

  private String bundle(String name, Path directory) {
    Bundle bundle = Bundle.open(directory);
    bundles.put(name, bundle);
    return "%s, of %s, for %s, policy %s"
        .formatted(
            directory,
            bundle.manifest().created().atOffset(ZoneOffset.UTC).toLocalDate(),
            bundle.dataset().name(),
            bundle.plan().policy().text());
  }

  private String settings() {
    ServicePlan plan = ServicePlan.of(config, common);
    boolean open = plan.settings().tokens().isOpen();
    return "%s, deadline %d ms, %s"
        .formatted(
            Counted.of(plan.scheduling().workers(), "worker"),
            plan.settings().deadline().toMillis(),
            open ? "no tokens: whoever reaches it may do everything" : "with tokens");
  }

  private Finding model(Bundle bundle) {
    String name = bundle.manifest().backbone().name();
    Optional<ModelConfig> model = LoadedModel.examine(bundle, common.cache());
    if (model.isEmpty()) {
      return Finding.note(
          "model",
          name + " is not in the cache; the first start downloads it",
          "Fetch it before with 'optirag model pull " + name + "'.");
    }
    long parameters = model.get().parameters();
    weights.put(name, parameters * MOST_BYTES);
    return Finding.ok(
        "model", "%s, %,d million parameters".formatted(name, parameters / 1_000_000));
  }

  private Finding memory() {
    long cached = (long) config.whole(ServeSetting.CONTEXT_CACHE, 0, 1 << 20) * MB;
    long needed = Runtime.getRuntime().maxMemory();
    for (Bundle bundle : bundles.values()) { // each has a model of its own
      needed += cached + weights.getOrDefault(bundle.manifest().backbone().name(), 0L);
    }
    String said =
        "%,d MB, of which heap, weights and cached contexts take up to %,d"
            .formatted(Processor.memory() / MB, needed / MB);
    return needed < Processor.memory()
        ? Finding.ok("memory", said)
        : Finding.note(
            "memory", said, "Lower OPTIRAG_HEAP or context-cache, or serve fewer bundles.");
  }

  private Finding data() {
    String name = dataset();
    DatasetStore store = new DatasetStore(common.cache());
    if (KnownDataset.find(name).isPresent() && !store.names().contains(name)) {
      return Finding.note(
          "data",
          name + " is not imported; the first start downloads it",
          "Fetch it before with 'optirag data pull " + name + "'.");
    }
    ImportedDataset imported = store.find(name);
    Dataset data = imported.load();
    bundles.values().forEach(each -> each.requireData(data, imported.manifest().rules()));
    return Finding.ok(
        "data",
        "%s, %s, %s, %s"
            .formatted(
                name,
                Counted.of(data.users().size(), "user"),
                Counted.of(data.items().size(), "item"),
                Counted.of(data.interactions().size(), "interaction")));
  }

  private String store() {
    return OpenService.inspect(config, dataset());
  }

  private String dataset() {
    Bundle first = bundles.values().iterator().next();
    return config.text(ServeSetting.DATASET).orElse(first.dataset().name());
  }

  private String port() {
    String host = config.value(ServeSetting.HOST).text();
    int port = config.whole(ServeSetting.PORT, 0, 65_535);
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getByName(host))) {
      return "%s:%d is free".formatted(host, socket.getLocalPort());
    } catch (IOException e) {
      throw new UserException(
          "Nobody can listen on %s:%d: %s.".formatted(host, port, e.getMessage()),
          "Stop what listens there, or give another --port or --host.",
          e);
    }
  }

  private static Finding found(String what, Supplier<String> said) {
    return guarded(what, () -> Finding.ok(what, said.get()));
  }

  private static Finding guarded(String what, Supplier<Finding> examined) {
    try {
      return examined.get();
    } catch (UserException e) {
      return Finding.fault(what, e);
    }
  }
}

package org.optirag.workbench.bench;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ContextCache;
import org.optirag.backbone.DType;
import org.optirag.backbone.Device;
import org.optirag.backbone.ProductSpeeds;
import org.optirag.backbone.store.ModelStore;
import org.optirag.backbone.weights.WeightFiles;
import org.optirag.backbone.weights.Weights;
import org.optirag.evaluation.bench.Contender;
import org.optirag.evaluation.bench.OwnContender;
import org.optirag.evaluation.bench.PeerContender;
import org.optirag.evaluation.bench.PeerProcess;
import org.optirag.scoring.AnswerTokens;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workbench.Pipeline;
import org.optirag.workspace.UserException;

/** Who takes part: this system in several settings, and other engines. For one thread. */
final class Contenders implements AutoCloseable {
  /** The policy of full depth. */
  static final String NONE = "none";

  /** Of a workload read one prompt at a time: enough to know the speed. */
  private static final int ALONE = 4;

  private static final long CACHE_BYTES = 1L << 30;

  private final Pipeline pipeline;
  private final BenchmarkSettings settings;
  private final Consumer<String> leftOut;
  private final Path model;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, String> versions = new LinkedHashMap<>();
  private final Backbone f32;

  /**
   * Loads the published LLM in f32 beside the pipeline's.
   *
   * @param leftOut hears who is not there, and why
   */
  Contenders(Pipeline pipeline, BenchmarkSettings settings, Consumer<String> leftOut) {
    this.pipeline = pipeline;
    this.settings = settings;
    this.leftOut = leftOut;
    this.model =
        new ModelStore(pipeline.workplace().cache())
            .require(pipeline.settings().model(), pipeline.workplace().progress());
    try (Weights weights = WeightFiles.open(model)) {
      this.f32 = Backbone.load(weights, DType.F32, Device.CPU, pipeline.workplace().progress());
    }
    open.add(f32);
  }

  /** Says what the published LLM answers in f32. */
  Contender reference() {
    return own(NONE, f32, zeroShot(f32), 0, false);
  }

  /**
   * Full depth and the bundle's policy, if there is one, each on contexts new and remembered; full
   * depth in 8 bits too.
   */
  List<Contender> ours() {
    Backbone backbone = pipeline.backbone();
    List<Contender> ours = new ArrayList<>();
    ours.add(own(NONE, backbone, zeroShot(backbone), 0, false));
    ours.add(own(NONE, backbone, zeroShot(backbone), 0, true));
    boolean pays = ProductSpeeds.of(backbone.config()).int8Pays();
    if (backbone.dtype() != DType.INT8 && pipeline.settings().device() == Device.CPU && pays) {
      Backbone quantized = f32.quantized(pipeline.sample());
      open.add(quantized);
      ours.add(own(NONE, quantized, zeroShot(quantized), 0, false));
    }
    if (settings.bundle() != null) {
      Bundle trained = Bundle.open(settings.bundle());
      // Whoever leaves before the first block costs no token: what is timed here is the LLM.
      List<CalibratedHead> heads =
          trained.heads().stream().filter(head -> head.block() > 0).toList();
      Scorer scorer = new Scorer(backbone, heads, trained.plan().policy());
      String policy = trained.plan().policy().text();
      int features = heads.getFirst().head().features();
      ours.add(own(policy, backbone, scorer, features, false));
      ours.add(own(policy, backbone, scorer, features, true));
    }
    return ours;
  }

  private Scorer zeroShot(Backbone backbone) {
    return Scorer.zeroShot(backbone, pipeline.tokenizer(), pipeline.promptSettings().format());
  }

  private Contender own(
      String policy, Backbone backbone, Scorer scorer, int features, boolean remembers) {
    String dtype = backbone.dtype().name();
    if (!remembers) {
      return new OwnContender(policy, dtype, false, scorer, features);
    }
    ContextCache cache = new ContextCache(backbone, CACHE_BYTES);
    open.add(cache);
    return new OwnContender(policy, dtype, true, scorer.remembering(cache), features);
  }

  /** The peers that can be started. */
  List<Contender> others() {
    AnswerTokens answers =
        AnswerTokens.of(pipeline.tokenizer(), pipeline.promptSettings().format());
    List<Contender> others = new ArrayList<>();
    for (String peer : settings.peers()) {
      if (peer.isBlank()) {
        continue;
      }
      try {
        others.addAll(started(peer, answers));
      } catch (UserException e) {
        leftOut.accept(peer + ": " + e.problem());
      }
    }
    return others;
  }

  private List<Contender> started(String peer, AnswerTokens answers) {
    String[] parts = peer.split(":", 2);
    String engine = parts[0];
    String dtype = parts.length == 2 ? parts[1] : "";
    PeerProcess process =
        PeerProcess.start(
            settings.python(),
            engine,
            gguf(),
            pipeline.settings().threads(),
            dtype,
            answers,
            settings.out().resolve("peers"));
    open.add(process);
    versions.put(peer, process.version());
    Contender alone = new PeerContender(engine, "alone", dtype, ALONE, process);
    return engine.equals("transformers")
        ? List.of(alone)
        : List.of(
            alone,
            new PeerContender(engine + "-prefix", "prefix", dtype, Integer.MAX_VALUE, process));
  }

  private Path gguf() {
    if (model.toString().endsWith(".gguf")) {
      return model;
    }
    throw new UserException(
        "The peers read GGUF files, and " + model + " is none.", "Choose a model in a GGUF file.");
  }

  /** Of the peers that were started. */
  Map<String, String> versions() {
    return versions;
  }

  @Override
  public void close() {
    for (AutoCloseable each : open.reversed()) {
      try {
        each.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing failed", e);
      }
    }
  }
}

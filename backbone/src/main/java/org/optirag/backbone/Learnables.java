package org.optirag.backbone;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.lora.LoraAdapter;
import org.optirag.backbone.lora.LoraModule;
import org.optirag.backbone.lora.LoraSettings;
import org.optirag.backbone.weights.ModelConfig;

/** Everything that learns: the adapters of some blocks and the exit heads. */
final class Learnables implements AutoCloseable {
  private final @Nullable LoraAdapter start;
  private final Owned owned = new Owned();
  private final Map<Integer, BlockAdapter> adapters = new TreeMap<>();
  private final List<TrainableHead> heads = new ArrayList<>();
  private final List<Parameter> parameters = new ArrayList<>();

  Learnables(
      ModelConfig config,
      @Nullable LoraAdapter start,
      List<PlacedHead> placed,
      org.bytedeco.pytorch.Device device) {
    requireOrder(config, placed);
    if (start != null) {
      start.requireFit(config);
      requireReach(start.settings().lastBlock(), placed.getLast().block());
    }
    this.start = start;
    try {
      for (PlacedHead head : placed) {
        heads.add(TrainableHead.of(head.head(), head.block(), heads.size(), device, owned));
      }
      if (start != null) {
        LoraSettings settings = start.settings();
        for (int block = settings.firstBlock(); block <= settings.lastBlock(); block++) {
          adapters.put(block, adapter(config, start, block, device));
        }
      }
    } catch (RuntimeException | Error e) {
      owned.close();
      throw e;
    }
    adapters.values().forEach(adapter -> parameters.addAll(adapter.parameters()));
    heads.forEach(head -> parameters.addAll(head.parameters()));
  }

  private static void requireOrder(ModelConfig config, List<PlacedHead> heads) {
    int before = 0;
    for (PlacedHead head : heads) {
      if (head.block() <= before || head.block() > config.blocks()) {
        throw new IllegalArgumentException(
            "a head after block %d, the one before it after %d of %d"
                .formatted(head.block(), before, config.blocks()));
      }
      before = head.block();
      if (head.head().features() != heads.getFirst().head().features()) {
        throw new IllegalArgumentException(
            "heads read %d and %d features"
                .formatted(heads.getFirst().head().features(), head.head().features()));
      }
    }
    if (heads.isEmpty()) {
      throw new IllegalArgumentException("no heads");
    }
  }

  private static void requireReach(int lastBlock, int lastExit) {
    if (lastBlock > lastExit) {
      throw new IllegalArgumentException(
          "the adapter reaches to block %d, the last head stands after %d"
              .formatted(lastBlock, lastExit));
    }
  }

  private BlockAdapter adapter(
      ModelConfig config, LoraAdapter start, int block, org.bytedeco.pytorch.Device device) {
    LoraSettings settings = start.settings();
    int segment = 0;
    while (heads.get(segment).block() < block) {
      segment++;
    }
    Map<LoraModule, BlockAdapter.Factors> factors = new EnumMap<>(LoraModule.class);
    for (LoraModule module : settings.modules()) {
      LoraAdapter.Factors from = Objects.requireNonNull(start.factors(block, module));
      String name = "lora." + block + "." + module.target();
      int rank = settings.rank();
      Parameter.Kind kind = Parameter.Kind.LORA;
      factors.put(
          module,
          new BlockAdapter.Factors(
              owned.take(
                  new Parameter(
                      name + ".a",
                      kind,
                      segment,
                      from.a().clone(),
                      device,
                      rank,
                      module.in(config))),
              owned.take(
                  new Parameter(
                      name + ".b",
                      kind,
                      segment,
                      from.b().clone(),
                      device,
                      module.out(config),
                      rank))));
    }
    return new BlockAdapter(config, block, settings.scale(), factors, null);
  }

  /** The heads, shallowest first. */
  List<TrainableHead> heads() {
    return heads;
  }

  /** Every parameter, always in the same order. */
  List<Parameter> parameters() {
    return parameters;
  }

  @Nullable BlockAdapter adapter(int block) {
    return adapters.get(block);
  }

  /** The first block that learns, or a number beyond all blocks. */
  int firstBlock() {
    return adapters.keySet().stream().mapToInt(Integer::intValue).min().orElse(Integer.MAX_VALUE);
  }

  int lastExit() {
    return heads.getLast().block();
  }

  boolean isExit(int block) {
    return heads.stream().anyMatch(head -> head.block() == block);
  }

  /** The adapters as they are now, or null if there are none. */
  @Nullable LoraAdapter frozen() {
    if (start == null) {
      return null;
    }
    Map<LoraAdapter.Site, LoraAdapter.Factors> factors = new LinkedHashMap<>();
    adapters.forEach((block, adapter) ->
        adapter
            .factors()
            .forEach((module, of) ->
                factors.put(
                    new LoraAdapter.Site(block, module),
                    new LoraAdapter.Factors(of.a().values().clone(), of.b().values().clone()))));
    return new LoraAdapter(start.baseModel(), start.settings(), factors);
  }

  @Override
  public void close() {
    owned.close();
  }
}

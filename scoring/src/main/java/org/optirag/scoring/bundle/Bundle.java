package org.optirag.scoring.bundle;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.ExitHead;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.SplitRule;
import org.optirag.dataset.source.Rules;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.TreeFeatures;
import org.optirag.scoring.trees.BoostedTrees;
import org.optirag.workspace.UserException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A trained model on disk, verified when opened: bundle.json, adapter/, heads.safetensors,
 * policy.json, graph.safetensors with graph-ids.json, trees.txt, sequence.safetensors, dataset.json
 * and metrics.json. Immutable; the graph is read when it is asked for.
 */
public final class Bundle {
  /** The file that makes a directory a bundle. */
  public static final String MANIFEST = "bundle.json";

  static final String ADAPTER = "adapter";
  static final String HEADS = "heads.safetensors";
  static final String POLICY = "policy.json";
  static final String DATASET = "dataset.json";
  static final String METRICS = "metrics.json";
  static final String TREES = "trees.txt";
  static final String SEQUENCE = "sequence.safetensors";

  private static final List<String> REQUIRED = List.of(HEADS, POLICY, DATASET, METRICS);
  private static final String AGAIN = "Take the bundle again from where it came from.";

  private final Path directory;
  private final BundleManifest manifest;
  private final ExitPlan plan;
  private final List<CalibratedHead> heads;
  private final DatasetSchema dataset;
  private final Map<String, Map<String, Double>> metrics;
  private final Inference inference;
  private final RetrieverSettings retriever;
  private final @Nullable BoostedTrees trees;

  private Bundle(Path directory, BundleManifest manifest) {
    this.directory = directory;
    this.manifest = manifest;
    this.plan = plan(directory.resolve(POLICY));
    new BundleCheck(directory.resolve(POLICY).toString()).plan(plan, manifest.backbone().blocks());
    this.heads = heads(HeadsFile.read(directory.resolve(HEADS), manifest.backbone()), plan);
    this.dataset = dataset(directory.resolve(DATASET));
    new BundleCheck(directory.resolve(DATASET).toString()).dataset(dataset);
    new BundleCheck(directory.resolve(HEADS).toString()).heads(heads, dataset.features());
    this.trees = trees();
    requireSequence();
    this.metrics =
        Collections.unmodifiableMap(
            BundleJson.read(
                directory.resolve(METRICS),
                new TypeReference<Map<String, Map<String, Double>>>() {}));
    new BundleCheck(directory.resolve(METRICS).toString()).metrics(metrics);
    this.inference = inference(manifest);
    this.retriever = inference.retriever().settings();
  }

  private Inference inference(BundleManifest manifest) {
    List<Integer> blocks = heads.stream().map(CalibratedHead::block).toList();
    Inference told = manifest.inference();
    if (told == null) {
      DataFingerprint data =
          graph().map(graph -> DataFingerprint.of(graph.users(), graph.items())).orElse(null);
      return Inference.ofVersion1(manifest.training(), blocks, data);
    }
    if (!told.exits().equals(blocks)) {
      throw new UserException(
          "%s speaks of exits after blocks %s, %s has heads after %s."
              .formatted(directory.resolve(MANIFEST), told.exits(), HEADS, blocks),
          AGAIN);
    }
    return told;
  }

  /**
   * Opens a bundle and verifies every file of it.
   *
   * @throws UserException if it is no bundle, of a newer version, a file is missing, altered, not
   *     listed, a link or does not belong to the others, or a value in it has no meaning
   */
  public static Bundle open(Path directory) {
    BundleManifest manifest = manifest(directory);
    new BundleCheck(directory.resolve(MANIFEST).toString()).manifest(manifest);
    for (String name : REQUIRED) {
      if (!manifest.files().containsKey(name)) {
        throw new UserException(
            directory.resolve(MANIFEST) + " speaks of no file " + name + ".", AGAIN);
      }
    }
    BundleFiles.require(directory, manifest.files());
    Bundle bundle = new Bundle(directory, manifest);
    int template = bundle.dataset.template();
    if (template < PromptAssembler.OLDEST_TEMPLATE || template > PromptAssembler.TEMPLATE) {
      throw new UserException(
          "The bundle %s was trained on prompts of version %d, this OptiRAG writes versions %d to %d."
              .formatted(
                  directory, template, PromptAssembler.OLDEST_TEMPLATE, PromptAssembler.TEMPLATE),
          "Use the OptiRAG that it was trained with, or train it again.");
    }
    return bundle;
  }

  /**
   * Writes a bundle: whole or not at all. A bundle that stands there is replaced.
   *
   * @throws UserException if something else stands there, or it cannot be written
   */
  public static void write(Path directory, BundleContents contents) {
    BundleWriter.write(directory, contents);
  }

  private static DatasetSchema dataset(Path file) {
    JsonNode tree = BundleJson.tree(file);
    if (tree.path("features") instanceof ObjectNode features && !features.has("model")) {
      features.put("model", FeatureSchema.Model.LINEAR.name()); // written before there were trees
    }
    if (tree.path("prompt") instanceof ObjectNode prompt && !prompt.has("candidateTokens")) {
      prompt.put("candidateTokens", 0); // written before it had them
    }
    return BundleJson.as(file, tree, DatasetSchema.class);
  }

  private @Nullable BoostedTrees trees() {
    FeatureSchema schema = dataset.features();
    if (schema == null || schema.model() != FeatureSchema.Model.TREES) {
      return null;
    }
    if (!manifest.files().containsKey(TREES)) {
      throw new UserException(
          directory.resolve(MANIFEST) + " speaks of no file " + TREES + ".", AGAIN);
    }
    BoostedTrees read = BoostedTrees.read(directory.resolve(TREES));
    if (read.features() != schema.names().size()) {
      throw new UserException(
          "%s reads %d features, %s has %d."
              .formatted(directory.resolve(TREES), read.features(), DATASET, schema.names().size()),
          AGAIN);
    }
    return read;
  }

  /** The file of the model of sequences that it brings, if heads read what that says. */
  public Optional<Path> sequence() {
    return manifest.files().containsKey(SEQUENCE)
        ? Optional.of(directory.resolve(SEQUENCE))
        : Optional.empty();
  }

  private void requireSequence() {
    FeatureSchema schema = dataset.features();
    if (schema != null && schema.readsSequence() && sequence().isEmpty()) {
      throw new UserException(
          directory.resolve(MANIFEST) + " speaks of no file " + SEQUENCE + ".", AGAIN);
    }
  }

  private static ExitPlan plan(Path file) {
    JsonNode tree = BundleJson.tree(file);
    if (tree instanceof ObjectNode plan && !plan.has("scoreDeciles")) {
      plan.putArray("scoreDeciles"); // written before it had them
    }
    return BundleJson.as(file, tree, ExitPlan.class);
  }

  private static BundleManifest manifest(Path directory) {
    Path file = directory.resolve(MANIFEST);
    if (!BundleFiles.hasManifest(directory)) {
      throw new UserException(
          directory + " is no bundle: it has no " + MANIFEST + ".",
          "Name the directory that 'optirag train' wrote.");
    }
    JsonNode tree = BundleJson.tree(file);
    String format = tree.path("format").asString("");
    if (!format.equals(BundleManifest.FORMAT)) {
      throw new UserException(
          "%s has the format \"%s\", expected \"%s\"."
              .formatted(file, format, BundleManifest.FORMAT),
          "Name the directory that 'optirag train' wrote.");
    }
    int version = tree.path("version").asInt(-1);
    if (version < BundleManifest.OLDEST || version > BundleManifest.VERSION) {
      throw new UserException(
          "%s is of version %d, this OptiRAG reads versions %d to %d."
              .formatted(file, version, BundleManifest.OLDEST, BundleManifest.VERSION),
          version > BundleManifest.VERSION ? "Use a newer OptiRAG." : AGAIN);
    }
    if (tree instanceof ObjectNode manifest && version == 1) {
      manifest.putNull("inference"); // version 1 has it in the training's settings
    } else if (!tree.path("inference").isObject()) {
      throw new UserException(file + " does not say what inference needs.", AGAIN);
    }
    if (tree.at("/inference/retriever") instanceof ObjectNode retriever
        && !retriever.has("shared")) {
      retriever.putNull("shared"); // written before it had it
    }
    return BundleJson.as(file, tree, BundleManifest.class);
  }

  private List<CalibratedHead> heads(SortedMap<Integer, ExitHead> byBlock, ExitPlan plan) {
    List<Integer> blocks = new ArrayList<>(byBlock.keySet());
    if (!blocks.equals(plan.curve().blocks())) {
      throw new UserException(
          "%s has heads after blocks %s, %s speaks of %s."
              .formatted(
                  directory.resolve(HEADS),
                  blocks,
                  directory.resolve(POLICY),
                  plan.curve().blocks()),
          AGAIN);
    }
    List<CalibratedHead> placed = new ArrayList<>();
    byBlock.forEach((block, head) ->
        placed.add(new CalibratedHead(block, head, plan.calibrations().get(placed.size()))));
    return List.copyOf(placed);
  }

  /** What bundle.json says. */
  public BundleManifest manifest() {
    return manifest;
  }

  /** The sha256 of every file that decides what its heads say, by name. */
  public SortedMap<String, String> modelFiles() {
    SortedMap<String, String> files = new TreeMap<>();
    manifest.files().forEach((name, entry) -> files.put(name, entry.sha256()));
    files.keySet().removeAll(List.of(POLICY, METRICS));
    return files;
  }

  /** The directory of the LoRA adapter in PEFT's layout, if there is one. */
  public Optional<Path> adapter() {
    boolean present =
        manifest.files().keySet().stream().anyMatch(name -> name.startsWith(ADAPTER + "/"));
    return present ? Optional.of(directory.resolve(ADAPTER)) : Optional.empty();
  }

  /** The calibrated exit heads, shallowest first; the one before the first block, if any, too. */
  public List<CalibratedHead> heads() {
    return heads;
  }

  /** Policy, answer and validation curve. */
  public ExitPlan plan() {
    return plan;
  }

  /** Schema and prompt settings. */
  public DatasetSchema dataset() {
    return dataset;
  }

  /** What inference needs beside the tensors. */
  public Inference inference() {
    return inference;
  }

  /** The retriever that its prompts were written with. */
  public RetrieverSettings retriever() {
    return retriever;
  }

  /** The names of the figures that it reads beside the LLM's states, in order. */
  public List<String> featureNames() {
    FeatureSchema schema = dataset.features();
    return schema == null ? List.of() : schema.names();
  }

  /**
   * What its heads read beside the LLM's states.
   *
   * @param figures those of {@link #featureNames}, not scaled
   */
  public FeatureSource features(FeatureSource figures) {
    FeatureSchema schema = dataset.features();
    if (schema == null) {
      return FeatureSource.NONE;
    }
    return trees == null
        ? new ScaledFeatures(figures, schema.scaling(), schema.units())
        : new TreeFeatures(figures, trees);
  }

  /**
   * Checks that data are those that it can be used with: labelled by the same rule, with the users
   * and items that it was trained on, and perhaps more.
   *
   * @param rules how ratings became labels
   * @throws UserException if they are not; it says what does not fit
   */
  public void requireData(Dataset data, Rules rules) {
    Rules own = dataset.rules();
    if (own.likedFrom() != rules.likedFrom() || own.zeros() != rules.zeros()) {
      throw new UserException(
          ("The bundle %s was trained on labels \"liked from %s, zeros %s\", the data %s have"
                  + " \"liked from %s, zeros %s\".")
              .formatted(
                  directory,
                  own.likedFrom(),
                  own.zeros(),
                  data.name(),
                  rules.likedFrom(),
                  rules.zeros()),
          "Import the data by the bundle's rule, or train a bundle on these.");
    }
    DataFingerprint trained = inference.data();
    if (trained == null
        || trained.equals(DataFingerprint.of(data.users().ids(), data.items().ids()))) {
      return;
    }
    graph()
        .ifPresent(graph -> {
          requireIds("user", graph.users(), data.users().ids(), data.name());
          requireIds("item", graph.items(), data.items().ids(), data.name());
        });
  }

  private void requireIds(String what, IdIndex trained, IdIndex found, String name) {
    List<String> missing = trained.ids().stream().filter(id -> found.number(id).isEmpty()).toList();
    if (!missing.isEmpty()) {
      throw new UserException(
          "The bundle %s was trained on %d %ss, %d of which the data %s do not have, for instance \"%s\"."
              .formatted(directory, trained.size(), what, missing.size(), name, missing.getFirst()),
          "Use the data that it was trained on, or train a bundle on these.");
    }
  }

  /** The name of the rule that split the data it was trained on. */
  public String split() {
    return inference.split();
  }

  /** The rule that split the data it was trained on, for these data. */
  public SplitRule splitOf(Dataset data) {
    return SplitRule.named(split(), data, seed());
  }

  /** What the training drew with, and the split where it was drawn. */
  public long seed() {
    return inference.seed();
  }

  /** What it reached: split, figure, value. */
  public Map<String, Map<String, Double>> metrics() {
    return metrics;
  }

  /**
   * Reads the graph's embeddings, if there are any.
   *
   * @throws UserException if they are broken
   */
  public Optional<BundledGraph> graph() {
    return manifest.files().containsKey(GraphFiles.TENSORS)
        ? Optional.of(GraphFiles.read(directory))
        : Optional.empty();
  }

  /**
   * The graph's embeddings, if they are of just these users and items.
   *
   * @throws UserException if they are broken
   */
  public Optional<LightGcn> graphOf(Dataset data) {
    return graph()
        .filter(bundled ->
            bundled.users().ids().equals(data.users().ids().ids())
                && bundled.items().ids().equals(data.items().ids().ids()))
        .map(BundledGraph::model);
  }

  /** The exit heads by their block, to be changed. */
  public SortedMap<Integer, ExitHead> headsByBlock() {
    SortedMap<Integer, ExitHead> byBlock = new TreeMap<>();
    heads.forEach(head -> byBlock.put(head.block(), head.head()));
    return byBlock;
  }

  /** The same model with another plan of exits or other metrics, to be written again. */
  public BundleContents contents(ExitPlan other, Map<String, Map<String, Double>> reached) {
    return contents(headsByBlock(), other, reached);
  }

  /**
   * The same with other heads.
   *
   * @param byBlock those that the plan is for, by their block
   */
  public BundleContents contents(
      SortedMap<Integer, ExitHead> byBlock,
      ExitPlan other,
      Map<String, Map<String, Double>> reached) {
    return new BundleContents(
        manifest.created(),
        manifest.backbone(),
        inference.withExits(List.copyOf(byBlock.keySet())),
        manifest.training(),
        adapter().map(source -> target -> copy(source, target)),
        byBlock,
        other,
        graph(),
        Optional.ofNullable(trees),
        sequence(),
        dataset,
        reached);
  }

  private static void copy(Path source, Path target) {
    try (Stream<Path> files = Files.list(source)) {
      for (Path file : files.toList()) {
        Files.copy(file, target.resolve(String.valueOf(file.getFileName())));
      }
    } catch (IOException e) {
      throw new UserException(
          "Cannot copy " + source + ": " + e.getMessage() + ".",
          "Free some space, or choose a directory you can write.",
          e);
    }
  }

  /**
   * Checks that a model is the one that the bundle was trained on.
   *
   * @throws UserException if it is another
   */
  public void requireBackbone(BackboneId found) {
    manifest.backbone().require(found);
  }

  /** A scorer with the bundle's heads and policy. */
  public Scorer scorer(Backbone backbone) {
    return scorer(backbone, plan.policy());
  }

  /** A scorer with the bundle's heads and another policy. */
  public Scorer scorer(Backbone backbone, ExitPolicy policy) {
    return new Scorer(backbone, heads, policy, plan.answer());
  }
}

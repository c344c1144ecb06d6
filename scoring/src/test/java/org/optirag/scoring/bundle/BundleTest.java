package org.optirag.scoring.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.backbone.Backbone;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.PackedPrompt;
import org.optirag.backbone.RandomModel;
import org.optirag.backbone.weights.SafetensorsWriter;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Users;
import org.optirag.dataset.source.Rules;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.retrieval.SharedHistory;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.ExitPlan;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.HeadCalibration;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.Scorer;
import org.optirag.scoring.TraceScore;
import org.optirag.scoring.TradeOffCurve;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class BundleTest {
  private static final long SEED = 20260904;
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final int BLOCKS = 6;
  private static final BackboneId BACKBONE =
      new BackboneId("tiny", "a".repeat(64), "llama", BLOCKS, RandomModel.HIDDEN);
  private static final ExitPolicy POLICY = ExitPolicy.parse("ratio-trend:0.4,1,0.8,0.1");

  @TempDir Path folder;

  @Test
  void whatIsWrittenIsReadBack() throws IOException {
    Path directory = written();
    Bundle bundle = Bundle.open(directory);
    BundleContents contents = contents(HEADS);
    assertThat(bundle.manifest().backbone()).isEqualTo(BACKBONE);
    assertThat(bundle.manifest().training()).isEqualTo(contents.training());
    assertThat(bundle.manifest().created()).isEqualTo(contents.created());
    assertThat(bundle.manifest().files().keySet())
        .containsExactly(
            "adapter/adapter_config.json",
            "dataset.json",
            "graph-ids.json",
            "graph.safetensors",
            "heads.safetensors",
            "metrics.json",
            "policy.json");
    assertThat(bundle.plan()).isEqualTo(contents.plan());
    assertThat(bundle.dataset()).isEqualTo(contents.dataset());
    assertThat(bundle.metrics()).isEqualTo(contents.metrics());
    assertThat(Files.readString(bundle.adapter().orElseThrow().resolve("adapter_config.json")))
        .isEqualTo("{}");
    BundledGraph graph = bundle.graph().orElseThrow();
    BundledGraph before = contents.graph().orElseThrow();
    assertThat(graph.users().ids()).isEqualTo(before.users().ids());
    assertThat(graph.items().ids()).isEqualTo(before.items().ids());
    assertThat(graph.model().users().values()).isEqualTo(before.model().users().values());
    assertThat(graph.model().items().values()).isEqualTo(before.model().items().values());
    assertThat(graph.model().itemsBelow().values()).isEqualTo(before.model().itemsBelow().values());
    assertThat(graph.model().users().dimension()).isEqualTo(4);
    assertThat(namesIn(folder)).as("nothing half-written").containsExactly("bundle");
  }

  @Test
  void aBundleScoresAsTheHeadsThatWentIntoIt() {
    Bundle bundle = Bundle.open(written());
    try (Backbone backbone = RandomModel.load(BLOCKS, SEED)) {
      PackedPrompt prompt =
          new PackedPrompt(
              new int[] {1, 2, 3}, List.of(new int[] {4, 5}, new int[] {6}, new int[] {7, 8, 9}));
      ExitPlan plan = contents(HEADS).plan();
      List<CalibratedHead> heads =
          List.of(
              new CalibratedHead(2, SHALLOW, plan.calibrations().get(0)),
              new CalibratedHead(6, DEEP, plan.calibrations().get(1)));
      assertThat(bundle.scorer(backbone).score(prompt))
          .isEqualTo(new Scorer(backbone, heads, POLICY, plan.answer()).score(prompt));
    }
  }

  @Test
  void adapterAndGraphMayBeAbsent() {
    BundleContents whole = contents(HEADS);
    Path directory = folder.resolve("bare");
    Bundle.write(
        directory,
        new BundleContents(
            whole.created(),
            whole.backbone(),
            whole.inference(),
            whole.training(),
            Optional.empty(),
            whole.heads(),
            whole.plan(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            whole.dataset(),
            whole.metrics()));
    Bundle bundle = Bundle.open(directory);
    assertThat(bundle.adapter()).isEmpty();
    assertThat(bundle.graph()).isEmpty();
  }

  @Test
  void aBundleIsReplacedAsAWhole() throws IOException {
    Path directory = written();
    Files.writeString(directory.resolve("note.txt"), "of the old one");
    Bundle.write(directory, contents(HEADS));
    assertThat(directory.resolve("note.txt")).doesNotExist();
    assertThat(Bundle.open(directory).heads()).hasSize(2);
    assertThat(namesIn(folder)).containsExactly("bundle");
  }

  @Test
  void whatIsNoBundleIsNotReplaced() throws IOException {
    Path directory = Files.createDirectory(folder.resolve("thesis"));
    Files.writeString(directory.resolve("chapter.txt"), "years of work");
    assertComplains(
        () -> Bundle.write(directory, contents(HEADS)),
        directory + " exists and is no bundle.",
        "Choose another place for the bundle.");
    assertThat(directory.resolve("chapter.txt")).hasContent("years of work");
  }

  @Test
  void aWriteThatFailsLeavesTheOldBundle() throws IOException {
    Path directory = written();
    BundleContents whole = contents(HEADS);
    BundleContents failing =
        new BundleContents(
            whole.created(),
            whole.backbone(),
            whole.inference(),
            whole.training(),
            Optional.of(adapter -> {
              throw new UserException("The disk is full.", "Free some space.");
            }),
            whole.heads(),
            whole.plan(),
            whole.graph(),
            whole.trees(),
            whole.sequence(),
            whole.dataset(),
            whole.metrics());
    assertComplains(
        () -> Bundle.write(directory, failing), "The disk is full.", "Free some space.");
    assertThat(Bundle.open(directory).adapter()).isPresent();
    assertThat(namesIn(folder)).containsExactly("bundle");
  }

  @Test
  void aDirectoryWithoutManifestIsNoBundle() {
    assertComplains(
        () -> Bundle.open(folder),
        folder + " is no bundle: it has no bundle.json.",
        "Name the directory that 'optirag train' wrote.");
  }

  @Test
  void aMissingFileIsNamed() throws IOException {
    Path directory = written();
    Files.delete(directory.resolve("metrics.json"));
    assertComplains(
        () -> Bundle.open(directory),
        "The bundle " + directory + " lacks its file metrics.json.",
        "Take the bundle again from where it came from.");
  }

  @Test
  void anAlteredFileIsNamed() throws IOException {
    Path directory = written();
    Path file = directory.resolve("adapter/adapter_config.json");
    String before = Checksums.sha256(file);
    Files.writeString(file, "{ }");
    assertComplains(
        () -> Bundle.open(directory),
        "%s was altered: it has the sha256 %s, expected %s."
            .formatted(file, Checksums.sha256(file), before),
        "Take the bundle again from where it came from.");
  }

  @Test
  void aNewerVersionIsNotGuessedAt() throws IOException {
    Path directory = written();
    manifest(directory, manifest -> manifest.put("version", 3).remove("backbone"));
    assertComplains(
        () -> Bundle.open(directory),
        directory.resolve("bundle.json") + " is of version 3, this OptiRAG reads versions 1 to 2.",
        "Use a newer OptiRAG.");
  }

  @Test
  void whatInferenceNeedsIsTyped() {
    Bundle bundle = Bundle.open(written());
    assertThat(bundle.manifest().version()).isEqualTo(2);
    assertThat(bundle.inference()).isEqualTo(contents(HEADS).inference());
    assertThat(bundle.retriever()).isEqualTo(RETRIEVER);
    assertThat(bundle.split()).isEqualTo("time");
    assertThat(bundle.seed()).isEqualTo(7);
  }

  @Test
  void aBundleOfVersion1OpensAndIsWrittenAgainAsVersion2() throws Exception {
    Path old =
        Path.of(Objects.requireNonNull(getClass().getResource("/bundles/version-1")).toURI());
    Bundle bundle = Bundle.open(old);
    Inference expected =
        new Inference(
            Inference.Retriever.of(new RetrieverSettings.Bm25(6)),
            "time",
            7,
            List.of(2, 6),
            DType.F32,
            DataFingerprint.of(graph().users(), graph().items()));
    assertThat(bundle.inference()).isEqualTo(expected);
    assertThat(bundle.heads()).hasSize(2);
    Path again = folder.resolve("again");
    Bundle.write(again, bundle.contents(bundle.plan(), bundle.metrics()));
    assertThat(Bundle.open(again).manifest().version()).isEqualTo(2);
    assertThat(Bundle.open(again).inference()).isEqualTo(expected);
  }

  @Test
  void aRetrieverThatIsNotKnownOrLacksANumberIsRefused() throws IOException {
    Path directory = written();
    manifest(directory, manifest -> retriever(manifest).put("name", "psychic"));
    assertComplains(
        () -> Bundle.open(directory),
        "There is no retriever \"psychic\".",
        "There are " + RetrieverSettings.NAMES + ".");
    manifest(directory, manifest -> retriever(manifest).put("name", "gcn").putNull("counted"));
    assertComplains(
        () -> Bundle.open(directory),
        "bundle.json: inference.retriever.counted of \"gcn\" is null, expected 0 to 10000.",
        "Take the bundle again from where it came from.");
  }

  @Test
  void aBundleOfTemplate1KeepsTheContextThatDependsOnItsCandidates() throws IOException {
    Path directory = written();
    manifest(directory, manifest -> retriever(manifest).remove("shared"));
    Path file = directory.resolve("dataset.json");
    ObjectNode dataset = (ObjectNode) JSON.readTree(Files.readString(file));
    ((ObjectNode) dataset.put("template", 1).get("prompt")).remove("candidateTokens");
    Files.writeString(file, dataset.toString());
    sign(directory, "dataset.json");
    Bundle old = Bundle.open(directory);
    assertThat(old.retriever().shared()).isEqualTo(SharedHistory.LIKE_CANDIDATES);
    assertThat(old.dataset().prompt().candidateTokens()).isZero();
    Path again = folder.resolve("again");
    Bundle.write(again, old.contents(old.plan(), old.metrics()));
    assertThat(Bundle.open(again).retriever()).isEqualTo(old.retriever());
    assertThat(Bundle.open(again).dataset()).isEqualTo(old.dataset());
  }

  @Test
  void version2DoesNotGuessWhatInferenceNeeds() throws IOException {
    Path directory = written();
    manifest(directory, manifest -> manifest.remove("inference"));
    assertComplains(
        () -> Bundle.open(directory),
        directory.resolve("bundle.json") + " does not say what inference needs.",
        "Take the bundle again from where it came from.");
  }

  private static ObjectNode retriever(ObjectNode manifest) {
    return (ObjectNode) manifest.get("inference").get("retriever");
  }

  @Test
  void dataOfAnotherLabelRuleOrWithoutItsUsersAreRefused() {
    Bundle bundle = Bundle.open(written());
    Dataset own = data(List.of("ann", "bob\n\"\u2028", "cem"), 5);
    bundle.requireData(own, Rules.likedFrom(4));
    bundle.requireData(data(List.of("ann", "bob\n\"\u2028", "cem", "dan"), 7), Rules.likedFrom(4));
    assertComplains(
        () -> bundle.requireData(own, Rules.likedFrom(3)),
        ("The bundle %s was trained on labels \"liked from 4.0, zeros RATING\", the data books"
                + " have \"liked from 3.0, zeros RATING\".")
            .formatted(folder.resolve("bundle")),
        "Import the data by the bundle's rule, or train a bundle on these.");
    assertComplains(
        () -> bundle.requireData(data(List.of("cem", "eve"), 5), Rules.likedFrom(4)),
        ("The bundle %s was trained on 3 users, 2 of which the data books do not have, for"
                + " instance \"ann\".")
            .formatted(folder.resolve("bundle")),
        "Use the data that it was trained on, or train a bundle on these.");
    assertComplains(
        () -> bundle.requireData(data(own.users().ids().ids(), 4), Rules.likedFrom(4)),
        ("The bundle %s was trained on 5 items, 1 of which the data books do not have, for"
                + " instance \"b4\".")
            .formatted(folder.resolve("bundle")),
        "Use the data that it was trained on, or train a bundle on these.");
  }

  private static Dataset data(List<String> users, int items) {
    List<String> ids = IntStream.range(0, items).mapToObj(i -> "b" + i).toList();
    return new Dataset(
        "books",
        "book",
        new Users(new IdIndex(users), Collections.nCopies(users.size(), List.of())),
        new Items(new IdIndex(ids), ids, Collections.nCopies(items, List.of())),
        new Interactions(new int[0], new int[0], new float[0], new boolean[0], new long[0]));
  }

  @Test
  void aManifestCannotPointOutOfItsDirectory() throws IOException {
    Path directory = written();
    manifest(
        directory,
        manifest ->
            ((ObjectNode) manifest.get("files"))
                .putObject("../secret")
                .put("bytes", 1)
                .put("sha256", ""));
    assertComplains(
        () -> Bundle.open(directory),
        directory.resolve("bundle.json") + " speaks of ../secret, outside the bundle.",
        "Take the bundle again from where it came from.");
  }

  @Test
  void anotherBackboneIsTurnedAway() {
    Bundle bundle = Bundle.open(written());
    bundle.requireBackbone(BACKBONE);
    assertComplains(
        () -> bundle.requireBackbone(new BackboneId("other", "b".repeat(64), "qwen2", 24, 896)),
        "The bundle was trained on tiny (llama, 6 blocks, width 32), the model other is"
            + " another (qwen2, 24 blocks, width 896).",
        "Use the backbone tiny.");
    assertComplains(
        () ->
            bundle.requireBackbone(
                new BackboneId("tiny", "b".repeat(64), "llama", BLOCKS, RandomModel.HIDDEN)),
        "The bundle was trained on tiny with the sha256 %s, the model tiny has %s."
            .formatted("a".repeat(64), "b".repeat(64)),
        "Use the very weights it was trained on: 'optirag model pull tiny'.");
  }

  @Test
  void headsBeyondTheLastBlockAreTurnedAway() throws IOException {
    Path directory = written();
    Path file = directory.resolve("heads.safetensors");
    SortedMap<Integer, ExitHead> beyond = new TreeMap<>(HEADS);
    beyond.put(7, DEEP);
    HeadsFile.write(file, beyond);
    sign(directory, "heads.safetensors");
    assertComplains(
        () -> Bundle.open(directory),
        file + " is broken: it has a head after block 7, tiny has 6 blocks.",
        "Take the bundle again from where it came from.");
    assertThatThrownBy(() -> contents(beyond))
        .hasMessage("heads after blocks [2, 6, 7], a plan for [2, 6]");
  }

  @Test
  void headsKeepWhatTheyAddForFeaturesOfTheCandidate() {
    Path file = folder.resolve("heads.safetensors");
    ExitHead reading =
        new ExitHead(
            SHALLOW.norm(),
            SHALLOW.epsilon(),
            SHALLOW.no(),
            SHALLOW.yes(),
            new float[] {2, -1, 0.5f},
            0.25f);
    HeadsFile.write(file, new TreeMap<>(Map.of(2, reading, 6, DEEP)));
    SortedMap<Integer, ExitHead> read = HeadsFile.read(file, BACKBONE);
    ExitHead shallow = Objects.requireNonNull(read.get(2));
    assertThat(shallow.featureWeights()).containsExactly(2, -1, 0.5f);
    assertThat(shallow.bias()).isEqualTo(0.25f);
    float[][] states = {floats(new Random(SEED), RandomModel.HIDDEN)};
    float[][] features = {{1, 2, 3}};
    assertThat(shallow.logits(states, features)).isDeepEqualTo(reading.logits(states, features));
    assertThat(Objects.requireNonNull(read.get(6)).features()).isZero();
  }

  @Test
  void headsOfAnotherWidthAreTurnedAway() throws IOException {
    Path directory = written();
    Path file = directory.resolve("heads.safetensors");
    new SafetensorsWriter().tensor("head.2.norm", new float[8], 8).write(file);
    sign(directory, "heads.safetensors");
    assertComplains(
        () -> Bundle.open(directory),
        file + " is broken: head.2.norm is not a vector of 32 values.",
        "Take the bundle again from where it came from.");
  }

  @Test
  void tensorsThatClaimMoreThanTheFileHoldsAreTurnedAway() throws IOException {
    Path directory = written();
    Path file = directory.resolve("heads.safetensors");
    byte[] bytes = Files.readAllBytes(file);
    String header = new String(bytes, StandardCharsets.ISO_8859_1);
    String lying = header.replaceFirst("\"shape\":\\[32\\]", "\"shape\":[9999999999]");
    // The header grew by eight digits; say so, so that only the size lies.
    byte[] forged = lying.getBytes(StandardCharsets.ISO_8859_1);
    long length = Byte.toUnsignedLong(bytes[0]) + (Byte.toUnsignedLong(bytes[1]) << 8) + 8;
    forged[0] = (byte) length;
    forged[1] = (byte) (length >> 8);
    Files.write(file, forged);
    sign(directory, "heads.safetensors");
    assertThatThrownBy(() -> Bundle.open(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("has the shape [9999999999]");
  }

  @Test
  void idsAndEmbeddingsMustBelongTogether() throws IOException {
    Path directory = written();
    Path ids = directory.resolve("graph-ids.json");
    Files.writeString(ids, "{\"users\":[\"a\",\"b\",\"c\",\"d\"],\"items\":[]}");
    sign(directory, "graph-ids.json");
    Bundle bundle = Bundle.open(directory);
    assertComplains(
        bundle::graph,
        ids + " is broken: it has more than the 3 users with embeddings.",
        "Take the bundle again from where it came from.");
    Files.writeString(ids, "{\"users\":[\"a\",\"b\",\"a\"],\"items\":[]}");
    assertThatThrownBy(bundle::graph).hasMessageContaining("id a stands at 0 and at 2");
    Files.writeString(ids, "{\"users\":[1]}");
    assertThatThrownBy(bundle::graph).hasMessageContaining("users holds something that is no text");
  }

  @Test
  void brokenJsonIsNamed() throws IOException {
    Path directory = written();
    Files.writeString(directory.resolve("policy.json"), "{\"policy\": {\"policy\": \"oracle\"}}");
    sign(directory, "policy.json");
    assertThatThrownBy(() -> Bundle.open(directory))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(directory.resolve("policy.json") + " is broken: ")
        .hasMessageContaining("oracle");
  }

  @Test
  void promptsOfAnotherWordingAreTurnedAway() throws IOException {
    Path directory = written();
    Path file = directory.resolve("dataset.json");
    ObjectNode dataset = (ObjectNode) JSON.readTree(Files.readString(file));
    Files.writeString(file, dataset.put("template", 99).toString());
    sign(directory, "dataset.json");
    assertComplains(
        () -> Bundle.open(directory),
        "The bundle %s was trained on prompts of version 99, this OptiRAG writes versions 1 to 4."
            .formatted(directory),
        "Use the OptiRAG that it was trained with, or train it again.");
  }

  @Test
  void aBackbonesIdFollowsItsFiles() throws IOException {
    Path model = Files.createDirectory(folder.resolve("model"));
    Files.writeString(model.resolve("config.json"), "{}");
    Files.writeString(model.resolve("model.safetensors"), "weights");
    try (Backbone backbone = RandomModel.load(BLOCKS, SEED)) {
      BackboneId id = BackboneId.of("mine", model, backbone.config());
      Files.writeString(model.resolve("README.md"), "of no matter");
      assertThat(BackboneId.of("mine", model, backbone.config())).isEqualTo(id);
      Files.writeString(model.resolve("model.safetensors"), "Weights");
      assertThat(BackboneId.of("mine", model, backbone.config()).sha256())
          .isNotEqualTo(id.sha256());
      Path file = model.resolve("model.safetensors");
      assertThat(BackboneId.of("mine", file, backbone.config()).sha256())
          .isEqualTo(Checksums.sha256(file));
    }
  }

  // ---- a bundle of random numbers

  private static final ExitHead SHALLOW = head(SEED);
  static final ExitHead DEEP = head(SEED + 1);
  static final SortedMap<Integer, ExitHead> HEADS = new TreeMap<>(Map.of(2, SHALLOW, 6, DEEP));

  private Path written() {
    Path directory = folder.resolve("bundle");
    Bundle.write(directory, contents(HEADS));
    return directory;
  }

  private static final RetrieverSettings RETRIEVER =
      new RetrieverSettings.Gcn(9, SharedHistory.LATEST, 2, 3, 40);

  private static final List<Double> DECILES = List.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9);

  static BundleContents contents(SortedMap<Integer, ExitHead> heads) {
    TradeOffPoint point =
        new TradeOffPoint(POLICY, 0.5, List.of(3, 1), 0.7, Double.NaN, 0.6, 0.7, 0.5, 0.8);
    return new BundleContents(
        Instant.parse("2026-11-24T12:00:00Z"),
        BACKBONE,
        new Inference(
            Inference.Retriever.of(RETRIEVER),
            "time",
            7,
            List.copyOf(heads.keySet()),
            DType.F32,
            DataFingerprint.of(graph().users(), graph().items())),
        new BundleManifest.Training(
            "books", "heads alone", Map.of("training", 7L), Map.of("epochs", "3")),
        Optional.of(BundleTest::writeAdapter),
        heads,
        new ExitPlan(
            POLICY,
            "mean-depth 0.5",
            List.of(new HeadCalibration(0.5, 0.1), HeadCalibration.IDENTITY),
            TraceScore.of(new double[][] {{1}, {0.2, 0.8}}, new double[] {0, 0.1}),
            new TradeOffCurve(List.of(2, 6), List.of(0.6, 0.7), List.of(point)),
            List.of(DECILES, DECILES)),
        Optional.of(graph()),
        Optional.empty(),
        Optional.empty(),
        new DatasetSchema(
            "books",
            "book",
            true,
            Rules.likedFrom(4),
            List.of("genre"),
            List.of(),
            PromptSettings.DEFAULT.independent(),
            PromptAssembler.TEMPLATE,
            null),
        Map.of("test", Map.of("auc", 0.71)));
  }

  private static void writeAdapter(Path directory) {
    try {
      Files.writeString(directory.resolve("adapter_config.json"), "{}");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static BundledGraph graph() {
    Random random = new Random(SEED);
    return new BundledGraph(
        new LightGcn(embeddings(random, 3), embeddings(random, 5), embeddings(random, 5)),
        new IdIndex(List.of("ann", "bob\n\"\u2028", "cem")),
        new IdIndex(IntStream.range(0, 5).mapToObj(i -> "b" + i).toList()));
  }

  private static Embeddings embeddings(Random random, int rows) {
    return new Embeddings(rows, 4, floats(random, rows * 4));
  }

  private static ExitHead head(long seed) {
    Random random = new Random(seed);
    int hidden = RandomModel.HIDDEN;
    return new ExitHead(
        floats(random, hidden), 1e-5f, floats(random, hidden), floats(random, hidden));
  }

  private static float[] floats(Random random, int count) {
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Enters a file's present size and checksum into the manifest, as a forger would. */
  static void sign(Path directory, String name) throws IOException {
    String sha256 = Checksums.sha256(directory.resolve(name));
    long bytes = Files.size(directory.resolve(name));
    manifest(
        directory,
        manifest ->
            ((ObjectNode) manifest.get("files").get(name))
                .put("bytes", bytes)
                .put("sha256", sha256));
  }

  static void manifest(Path directory, Consumer<ObjectNode> change) throws IOException {
    Path file = directory.resolve("bundle.json");
    ObjectNode manifest = (ObjectNode) JSON.readTree(Files.readString(file));
    change.accept(manifest);
    Files.writeString(file, manifest.toString());
  }

  private static List<String> namesIn(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void assertComplains(Runnable action, String problem, String wayOut) {
    assertThatThrownBy(action::run)
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem()).isEqualTo(problem);
              assertThat(e.wayOut()).isEqualTo(wayOut);
            });
  }
}

package org.optirag.scoring.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.AbstractStringAssert;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.JsonMutations;
import org.optirag.scoring.CalibratedHead;
import org.optirag.scoring.TradeOffPoint;
import org.optirag.workspace.UserException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Bundles that somebody has tampered with, checksums and all. */
class BrokenBundlesTest {
  private static final long SEED = 20261130;
  private static final int MUTANTS = 500; // of each file
  private static final JsonMapper JSON = JsonMapper.shared();

  @TempDir Path folder;
  private Path directory;

  @BeforeEach
  void write() {
    directory = folder.resolve("bundle");
    Bundle.write(directory, HeadZeroBundleTest.cascade());
  }

  /** A value in a file, and what is said of it. */
  private record Lie(String file, String place, String value, String said) {
    @Override
    public String toString() {
      return "%s %s = %s".formatted(file, place, value);
    }
  }

  static List<Lie> lies() {
    return List.of(
        of("bundle.json", "/created", "null", "created is null"),
        of("bundle.json", "/backbone", "null", "backbone is null"),
        of("bundle.json", "/backbone/sha256", "\"abc\"", "backbone.sha256 is \"abc\""),
        of("bundle.json", "/backbone/name", "\" \"", "backbone.name"),
        of("bundle.json", "/backbone/blocks", "0", "backbone.blocks is 0"),
        of("bundle.json", "/backbone/hidden", "-5", "backbone.hidden is -5"),
        of("bundle.json", "/inference/exits", "[6, 2]", "inference.exits[1] is 2"),
        of("bundle.json", "/inference/exits", "[0, 7]", "inference.exits[1] is 7"),
        of("bundle.json", "/inference/exits", "[]", "inference.exits is empty"),
        of("bundle.json", "/inference/dtype", "null", "inference.dtype is null"),
        of("bundle.json", "/inference/retriever", "null", "inference.retriever is null"),
        of("bundle.json", "/training/seeds", "null", "training"),
        of(
            "policy.json",
            "/curve/points/0/requestCost",
            "-0.5",
            "curve.points[0].requestCost is -0.5"),
        of("policy.json", "/curve/points/0/requestCost", "0", "curve.points[0].requestCost is 0.0"),
        of(
            "policy.json",
            "/curve/points/0/requestCost",
            "\"NaN\"",
            "curve.points[0].requestCost is NaN"),
        of(
            "policy.json",
            "/curve/points/0/requestCost",
            "1e9",
            "curve.points[0].requestCost is 1.0E9"),
        of(
            "policy.json",
            "/curve/points/0/promptCost",
            "\"Infinity\"",
            "curve.points[0].promptCost"),
        of(
            "policy.json",
            "/curve/points/0/meanDepth",
            "\"NaN\"",
            "curve.points[0].meanDepth is NaN"),
        of("policy.json", "/curve/points/0/auc", "1.5", "curve.points[0].auc is 1.5"),
        of("policy.json", "/curve/points/0/exits", "[1, -2]", "curve.points[0].exits[1] is -2"),
        of("policy.json", "/curve/points/0/exits", "[1]", "1 heads of 2"),
        of("policy.json", "/curve/points", "[]", "0 points"),
        of(
            "policy.json",
            "/curve/blocks",
            "[6, 0]",
            "curve.blocks[1] is 0, expected blocks from 0 to 6"),
        of("policy.json", "/policy/threshold", "\"NaN\"", "policy: "),
        of("policy.json", "/policy/threshold", "\"Infinity\"", "policy.threshold is Infinity"),
        of("policy.json", "/policy/centre", "\"-Infinity\"", "policy: "),
        of("policy.json", "/calibrations/0/slope", "0", "calibrations[0].slope is 0.0"),
        of("policy.json", "/calibrations/1/slope", "\"NaN\"", "calibrations[1].slope is NaN"),
        of("policy.json", "/calibrations/0/bias", "1e300", "calibrations[0].bias is 1.0E300"),
        of("policy.json", "/calibrations", "[null, null]", "calibrations[0] is null"),
        of("policy.json", "/answer", "null", "policy.json is broken"),
        of("policy.json", "/chosen", "null", "chosen is null"),
        of(
            "policy.json",
            "/scoreDeciles",
            "[[0,0,0,0,0,0,0,0,2],[0,0,0,0,0,0,0,0,0]]",
            "scoreDeciles[0][8] is 2.0"),
        of(
            "policy.json",
            "/scoreDeciles",
            "[[0,1,0,0,0,0,0,0,1],[0,0,0,0,0,0,0,0,0]]",
            "scoreDeciles[0][2] is 0.0"),
        of("dataset.json", "/name", "\"\"", "name is \"\""),
        of("dataset.json", "/noun", "null", "noun is null"),
        of("dataset.json", "/rules", "null", "rules is null"),
        of("dataset.json", "/rules/likedFrom", "\"Infinity\"", "rules.likedFrom is Infinity"),
        of("dataset.json", "/prompt/tokens", "2000000000", "prompt.tokens is 2000000000"),
        of(
            "dataset.json",
            "/features/names",
            "[\"one\", \"one\"]",
            "features.names[1] is \"one\", expected each name once"),
        of("dataset.json", "/features/names", "[\"one\", null]", "features.names[1] is null"),
        of("metrics.json", "/test/auc", "null", "\"test\".auc is null"),
        of("metrics.json", "/test", "null", "\"test\" is null"));
  }

  private static Lie of(String file, String place, String value, String said) {
    return new Lie(file, place, value, said);
  }

  @ParameterizedTest
  @MethodSource("lies")
  void aValueWithoutMeaningIsNamedByFileAndField(Lie lie) throws IOException {
    set(lie.file, lie.place, lie.value);
    assertThatThrownBy(() -> Bundle.open(directory))
        .isInstanceOfSatisfying(
            UserException.class,
            e -> {
              assertThat(e.problem())
                  .contains(directory.resolve(lie.file).toString())
                  .contains(lie.said)
                  .doesNotContain("\n");
              assertThat(e.wayOut()).isNotBlank();
            });
  }

  private void set(String file, String place, String value) throws IOException {
    Path path = directory.resolve(file);
    JsonNode json = JSON.readTree(Files.readString(path));
    JsonNode to = JSON.readTree(value);
    int last = place.lastIndexOf('/');
    String name = place.substring(last + 1);
    if (json.at(place.substring(0, last)) instanceof ArrayNode array) {
      array.set(Integer.parseInt(name), to);
    } else {
      ((ObjectNode) json.at(place.substring(0, last))).set(name, to);
    }
    replace(file, json.toString());
  }

  private void replace(String file, String text) throws IOException {
    Files.writeString(directory.resolve(file), text);
    if (!file.equals("bundle.json")) {
      BundleTest.sign(directory, file);
    }
  }

  @Test
  void aBundleThatStopsEverythingBeforeTheFirstBlockMayCostNothing() throws IOException {
    set("policy.json", "/curve/points/0/exits", "[4, 0]");
    set("policy.json", "/curve/points/0/requestCost", "0");
    assertThat(Bundle.open(directory).plan().curve().points().getFirst().requestCost()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"bundle.json", "policy.json", "dataset.json", "metrics.json"})
  void whateverStandsInAFileItIsReadOrRefusedInALine(String file) throws IOException {
    JsonNode whole = JSON.readTree(Files.readString(directory.resolve(file)));
    int read = 0;
    List<JsonMutations.Mutant> mutants = JsonMutations.of(whole, MUTANTS, SEED);
    for (JsonMutations.Mutant mutant : mutants) {
      replace(file, mutant.text());
      try {
        requireUsable(Bundle.open(directory));
        read++;
      } catch (UserException e) {
        assertThat(e.problem()).as(mutant.what()).doesNotContain("\n").hasSizeLessThan(700);
        assertThat(e.wayOut()).as(mutant.what()).isNotBlank();
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ": " + mutant.what(), e);
      }
    }
    assertThat(read).isLessThan(mutants.size() * 2 / 3);
  }

  private static void requireUsable(Bundle bundle) {
    int before = -1;
    for (CalibratedHead head : bundle.heads()) {
      assertThat(head.block()).isGreaterThan(before).isLessThanOrEqualTo(6);
      assertThat(head.calibration().apply(1)).isFinite();
      before = head.block();
    }
    for (TradeOffPoint point : bundle.plan().curve().points()) {
      assertThat(point.requestCost()).isBetween(0.0, 1.0);
    }
    bundle.plan().policy().stops(new double[][] {{0.5}, {-1}});
    assertThat(bundle.manifest().created()).isNotNull();
    assertThat(bundle.plan().answer().of(new double[] {1, 2})).isFinite();
    assertThat(bundle.metrics().values()).noneMatch(of -> of.containsValue(null));
  }

  @ParameterizedTest
  @ValueSource(strings = {"heads.safetensors", "graph.safetensors"})
  void whateverStandsInAHeaderOfTensorsItIsReadOrRefusedInALine(String file) throws IOException {
    byte[] whole = Files.readAllBytes(directory.resolve(file));
    int length = (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode header = JSON.readTree(new String(whole, 8, length, StandardCharsets.UTF_8));
    int refused = 0;
    for (JsonMutations.Mutant mutant : JsonMutations.of(header, MUTANTS, SEED)) {
      byte[] text = mutant.text().getBytes(StandardCharsets.UTF_8);
      ByteBuffer bytes = ByteBuffer.allocate(8 + text.length + whole.length - 8 - length);
      bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(text.length).put(text);
      bytes.put(whole, 8 + length, whole.length - 8 - length);
      Files.write(directory.resolve(file), bytes.array());
      BundleTest.sign(directory, file);
      try {
        Bundle.open(directory).graph();
      } catch (UserException e) {
        refused++;
        assertThat(e.problem()).as(mutant.what()).doesNotContain("\n");
      } catch (RuntimeException | Error e) {
        throw new AssertionError("seed " + SEED + ": " + mutant.what(), e);
      }
    }
    assertThat(refused).isGreaterThan(MUTANTS / 2);
  }

  @Test
  void numbersThatAreNoneAreRefusedInEveryTensor() throws IOException {
    for (String file : List.of("heads.safetensors", "graph.safetensors")) {
      byte[] whole = Files.readAllBytes(directory.resolve(file));
      byte[] broken = whole.clone();
      int last = broken.length - 4 * (1 + new Random(SEED).nextInt(4));
      ByteBuffer.wrap(broken).order(ByteOrder.LITTLE_ENDIAN).putFloat(last, Float.NaN);
      Files.write(directory.resolve(file), broken);
      BundleTest.sign(directory, file);
      assertThatThrownBy(() -> Bundle.open(directory).graph())
          .isInstanceOf(UserException.class)
          .hasMessageContaining(file)
          .hasMessageContaining("not finite");
      Files.write(directory.resolve(file), whole);
      BundleTest.sign(directory, file);
    }
  }

  @Test
  void headsThatReadOtherNumbersThanThereAreAreRefused() throws IOException {
    set("dataset.json", "/features", "null");
    assertRefused(
        "heads.safetensors is broken: head.0.features is of 1 numbers, expected of the 0");
  }

  @Test
  void aFileThatTheManifestDoesNotListIsRefusedByName() throws IOException {
    Files.writeString(directory.resolve("trees.bin"), "more");
    assertRefused("has a file trees.bin, of which bundle.json does not speak.");
    Files.delete(directory.resolve("trees.bin"));
    Files.createDirectories(directory.resolve("adapter/more"));
    Files.writeString(directory.resolve("adapter/more/code.py"), "more");
    assertRefused("has a file adapter/more/code.py, of which");
  }

  @Test
  void whatPeopleLayBesideIsPassedOver() throws IOException {
    for (String name : List.of("README.md", "README", "LICENSE", "LICENSE-2.0.txt", ".DS_Store")) {
      Files.writeString(directory.resolve(name), "for people");
    }
    Files.createDirectory(directory.resolve(".git"));
    Files.writeString(directory.resolve(".git/config"), "for tools");
    assertThat(Bundle.open(directory).heads()).hasSize(2);
  }

  @Test
  void aSizeThatIsNotTheFilesIsTold() throws IOException {
    BundleTest.manifest(
        directory, manifest -> ((ObjectNode) manifest.at("/files/metrics.json")).put("bytes", 5));
    assertRefused("metrics.json has 38 bytes, bundle.json speaks of 5.");
    BundleTest.manifest(
        directory,
        manifest -> ((ObjectNode) manifest.at("/files/metrics.json")).put("sha256", "none"));
    assertRefused("bundle.json gives metrics.json the size 5 and a sha256 that is none.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bundle.json", "policy.json", "heads.safetensors", "adapter"})
  void aLinkIsNotFollowed(String name) throws IOException {
    Path secret = folder.resolve("outside");
    Files.move(directory.resolve(name), secret);
    Files.createSymbolicLink(directory.resolve(name), secret);
    assertRefused("has a link " + name + ", which could lead out of it.");
  }

  @Test
  void nothingIsToldOfAFileThatIsNoManifest() throws IOException {
    Path secret = Files.writeString(folder.resolve("secret"), "hunter2 is the password");
    Files.delete(directory.resolve("bundle.json"));
    Files.createSymbolicLink(directory.resolve("bundle.json"), secret);
    assertRefused("has a link bundle.json").doesNotContain("hunter2");
    Files.delete(directory.resolve("bundle.json"));
    Files.copy(secret, directory.resolve("bundle.json"));
    assertRefused("bundle.json is broken: it is no JSON at line 1, column")
        .doesNotContain("hunter2");
    Files.writeString(directory.resolve("bundle.json"), "\"hunter2\"");
    assertRefused("bundle.json has the format").doesNotContain("hunter2");
  }

  @ParameterizedTest
  @ValueSource(strings = {"bundle.json", "metrics.json", "pipe"})
  void aPipeIsNotOpened(String name) throws Exception {
    Files.deleteIfExists(directory.resolve(name));
    Process made = new ProcessBuilder("mkfifo", directory.resolve(name).toString()).start();
    assumeThat(made.waitFor()).isZero();
    assertRefused("has " + name + ", which is no file.");
  }

  @Test
  void theDirectoryItselfMayBeNamedByALink() throws IOException {
    Path link = Files.createSymbolicLink(folder.resolve("current"), directory);
    assertThat(Bundle.open(link).heads()).hasSize(2);
  }

  private AbstractStringAssert<?> assertRefused(String said) {
    try {
      Bundle.open(directory);
    } catch (UserException e) {
      assertThat(e.problem()).doesNotContain("\n").contains(said);
      assertThat(e.wayOut()).isNotBlank();
      return assertThat(e.getMessage());
    }
    throw new AssertionError("it was opened");
  }
}

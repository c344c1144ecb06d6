package org.optirag.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.backbone.DType;
import org.optirag.backbone.ExitHead;
import org.optirag.backbone.PackedPrompt;
import org.optirag.recommender.PromptSource;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Bundles of strangers, as the admin API is told of them: the shipped one, tampered with. */
class ForeignBundlesTest {
  private static final Path SHIPPED = Path.of("..", "bundles", "movielens-100k");
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String HUB = "optirag.hub";

  @TempDir Path directory;

  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer hub;
  private @Nullable String before;

  @BeforeEach
  void open() throws IOException {
    hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    hub.createContext(
        "/",
        exchange -> {
          asked.add(exchange.getRequestURI().getPath());
          exchange.sendResponseHeaders(404, -1);
          exchange.close();
        });
    hub.start();
    before = System.setProperty(HUB, "http://127.0.0.1:" + hub.getAddress().getPort());
  }

  @AfterEach
  void close() {
    hub.stop(0);
    if (before == null) {
      System.clearProperty(HUB);
    } else {
      System.setProperty(HUB, before);
    }
  }

  /** The shipped bundle, with another model's name and checksum. */
  private Path bundle(String model) throws IOException {
    Path copy = Files.createDirectories(directory.resolve("bundle"));
    try (Stream<Path> files = Files.walk(SHIPPED)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path target = copy.resolve(SHIPPED.relativize(file).toString());
        Files.createDirectories(target.getParent());
        Files.copy(file, target);
      }
    }
    Path manifest = copy.resolve("bundle.json");
    ObjectNode json = (ObjectNode) JSON.readTree(Files.readString(manifest));
    ((ObjectNode) json.get("backbone")).put("name", model).put("sha256", "0".repeat(64));
    Files.writeString(manifest, json.toString());
    return copy;
  }

  private void load(Path bundle, Set<String> backbones) {
    LoadedBundle.load(
        "next",
        bundle,
        new LoadedBundle.Settings(DType.F32, 1 << 20, "chosen", backbones),
        new CacheDirectory(directory.resolve("cache")),
        (opened, tokenizer) -> {
          throw new AssertionError("it was loaded");
        },
        Progress.silent());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "acme/evil",
        "hf:acme/evil@main:evil.gguf",
        "/etc/passwd",
        "/dev/zero",
        "../bundles",
        "smollm2-135m-instruct"
      })
  void aModelThatTheOperatorDidNotNameIsNeitherOpenedNorDownloaded(String model)
      throws IOException {
    Path bundle = bundle(model);
    assertThatThrownBy(() -> load(bundle, Set.of("mine/other")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "The bundle %s needs the model \"%s\", which this service does not load. Have its"
                    .formatted(bundle, model)
                + " operator start it with that name among --backbones.");
    assertThat(asked).isEmpty();
    assertThat(directory.resolve("cache")).doesNotExist();
  }

  @Test
  void aModelWithoutANameIsNeitherOpenedNorDownloaded() throws IOException {
    Path bundle = bundle("");
    assertThatThrownBy(() -> load(bundle, Set.of("")))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("bundle.json is broken: backbone.name is \"\"");
    assertThat(asked).isEmpty();
    assertThat(directory.resolve("cache")).doesNotExist();
  }

  @Test
  void aModelThatTheOperatorNamedIsAskedFor() throws IOException {
    Path bundle = bundle("acme/mine");
    assertThatThrownBy(() -> load(bundle, Set.of("acme/mine"))).isInstanceOf(UserException.class);
    assertThat(asked).isNotEmpty();
  }

  /** All its weights are numbers, but what they make of a candidate is none, or no doubt at all. */
  @ParameterizedTest
  @ValueSource(ints = {0, 5, 30})
  void aBundleWhoseFirstAnswerIsNoProbabilityIsRefused(int block) {
    Bundle shipped = Bundle.open(SHIPPED);
    SortedMap<Integer, ExitHead> heads = shipped.headsByBlock();
    ExitHead old = Objects.requireNonNull(heads.get(block));
    float[] huge = new float[old.hidden()];
    Arrays.fill(huge, Float.MAX_VALUE);
    heads.put(
        block,
        new ExitHead(old.norm(), old.epsilon(), huge, huge, old.featureWeights(), Float.MAX_VALUE));
    Path copy = directory.resolve("huge");
    Bundle.write(copy, shipped.contents(heads, shipped.plan(), shipped.metrics()));
    float[][] features = new float[2][old.features()];
    assertThatThrownBy(() ->
            LoadedBundle.load(
                "next",
                copy,
                new LoadedBundle.Settings(DType.F32, 1 << 20, "chosen", Set.of()),
                CacheDirectory.standard(),
                (opened, tokenizer) ->
                    (request, undecided) ->
                        new PromptSource.Prepared(
                            new Prompt(
                                new PackedPrompt(
                                    new int[] {1, 2}, List.of(new int[] {3}, new int[] {4})),
                                features,
                                new int[] {0, 1},
                                0,
                                0),
                            List.of("a", "b"),
                            List.of(),
                            List.of(),
                            0),
                Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("The bundle " + copy + " cannot be served: its head after block ")
        .hasMessageContaining("gives a first request the probability");
  }

  /** Its tokenizer would be read by native code, which ends the process where it is not right. */
  @Test
  void theTokenizerOfAnotherModelIsNotOpened() throws IOException {
    Path model = directory.resolve("model.gguf");
    Files.writeString(model, "no model");
    Path bundle = bundle(model.toString());
    assertThatThrownBy(() -> load(bundle, Set.of(model.toString())))
        .isInstanceOf(UserException.class)
        .hasMessageContaining(model.toString())
        .hasMessageNotContaining("tokenizer");
  }
}

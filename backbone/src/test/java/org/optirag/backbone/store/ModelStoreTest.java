package org.optirag.backbone.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/** Against a server on this machine that plays the model hub. */
class ModelStoreTest {
  private static final String HUB = "optirag.hub";
  private static final String LISTING = "/api/models/acme/tiny/revision/main";
  private static final String FILES = "/acme/tiny/resolve/main/";

  @TempDir Path directory;
  private final Map<String, String> content = new ConcurrentHashMap<>();
  private final Map<String, Integer> asked = new ConcurrentHashMap<>();
  private HttpServer server;
  private ModelStore store;
  private @Nullable String before;

  @BeforeEach
  void open() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String path = exchange.getRequestURI().getPath();
          asked.merge(path, 1, Integer::sum);
          String text = content.get(path);
          byte[] body = String.valueOf(text).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(text == null ? 404 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    before = System.setProperty(HUB, "http://127.0.0.1:" + server.getAddress().getPort() + "/");
    store = new ModelStore(new CacheDirectory(directory));
  }

  @AfterEach
  void close() {
    server.stop(0);
    if (before == null) {
      System.clearProperty(HUB);
    } else {
      System.setProperty(HUB, before);
    }
  }

  @Test
  void theWantedFilesOfARepositoryAreFetchedOnce() {
    publish("config.json", "{}", null);
    publish("model.safetensors", "weights", null);
    publish("pytorch_model.bin", "not wanted", null);
    Path model = require("acme/tiny");
    assertThat(model.resolve("model.safetensors")).hasContent("weights");
    assertThat(model.resolve("pytorch_model.bin")).doesNotExist();
    require("acme/tiny");
    assertThat(asked.values()).containsOnly(1);
  }

  @Test
  void aGgufFileIsFetchedAlone() {
    publish("q4/model.gguf", "weights", null);
    publish("config.json", "{}", null);
    Path model = require("acme/tiny:q4/model.gguf");
    assertThat(model).hasContent("weights");
    assertThat(asked).doesNotContainKey(FILES + "config.json");
  }

  @Test
  void manyThreadsFetchEveryFileOnce() throws Exception {
    publish("config.json", "{}", null);
    publish("model.safetensors", "weights".repeat(100_000), null);
    Callable<Path> pull =
        () -> new ModelStore(new CacheDirectory(directory)).require("acme/tiny", Progress.silent());
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (Future<Path> model : threads.invokeAll(List.of(pull, pull, pull, pull))) {
        assertThat(model.get().resolve("model.safetensors")).hasSize(700_000);
      }
    }
    assertThat(asked.values()).containsOnly(1);
  }

  @Test
  void aFileWithAnotherChecksumIsRefusedAndLeavesNoModel() throws IOException {
    publish("config.json", "{}", null);
    publish("model.safetensors", "weights", "ab".repeat(32));
    assertThatThrownBy(() -> require("acme/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("model.safetensors has the sha256 ")
        .hasMessageContaining("expected abab");
    try (Stream<Path> left = Files.walk(directory)) {
      assertThat(left.map(file -> String.valueOf(file.getFileName())))
          .doesNotContain("model.safetensors", "model.safetensors.part", ".complete");
    }
    publish("model.safetensors", "weights", null);
    assertThat(require("acme/tiny").resolve("model.safetensors")).hasContent("weights");
  }

  @Test
  void aRepositoryThatIsNotThereIsAUserError() {
    assertThatThrownBy(() -> require("acme/none"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("answers 404")
        .hasMessageContaining("Check the name");
  }

  @Test
  void aRepositoryWithoutSafetensorsSaysWhatToName() {
    publish("config.json", "{}", null);
    publish("pytorch_model.bin", "weights", null);
    assertThatThrownBy(() -> require("acme/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("acme/tiny holds no safetensors model")
        .hasMessageContaining("acme/tiny:FILE.gguf");
    assertThat(asked).doesNotContainKey(FILES + "config.json");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "<html>please log in</html>", "[[[", "{\"siblings\": 7}", "null"})
  void aListingThatIsNoneIsAUserError(String listing) {
    content.put(LISTING, listing);
    assertThatThrownBy(() -> require("acme/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("acme/tiny");
  }

  @Test
  void aListingCannotWriteOutsideTheModelsDirectory() {
    content.put(LISTING, "{\"siblings\": [{\"rfilename\": \"../../model.safetensors\"}]}");
    assertThatThrownBy(() -> require("acme/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("holds no safetensors model");
  }

  @ParameterizedTest
  @ValueSource(strings = {"smollm3", "a/b/c", "acme/tiny:../../x.gguf", "acme/.."})
  void whatNamesNoModelIsToldWithTheKnownNames(String name) {
    assertThatThrownBy(
            () -> new ModelStore(new CacheDirectory(directory)).require(name, Progress.silent()))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("There is no model \"" + name + "\"")
        .hasMessageContaining("smollm2-135m-instruct");
  }

  @Test
  void aHubThatIsNoAddressIsNamed() {
    System.setProperty(HUB, "not an address");
    assertThatThrownBy(() -> require("acme/tiny"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("HF_ENDPOINT is \"not an address\"");
  }

  @Test
  void aCacheThatCannotBeWrittenNamesTheVariable() {
    ModelStore readOnly = new ModelStore(new CacheDirectory(Path.of("/proc/optirag")));
    for (String name : List.of("acme/tiny", "smollm2-135m-instruct")) {
      assertThatThrownBy(() -> readOnly.require(name, Progress.silent()))
          .isInstanceOf(UserException.class)
          .hasMessageContaining("Cannot create the cache directory /proc/optirag/models/")
          .hasMessageContaining("Set OPTIRAG_CACHE");
    }
    assertThat(asked).isEmpty();
  }

  @Test
  void aDamagedModelIsFoundAndRemoved() throws IOException {
    KnownModel model = ModelStore.known().getFirst();
    Path file = directory.resolve("models").resolve(model.name()).resolve(model.file());
    Files.createDirectories(file.getParent());
    Files.writeString(file, "half of it");
    assertThatThrownBy(() -> store.verify(model))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("expected " + model.sha256())
        .hasMessageContaining("optirag model pull " + model.name());
    assertThat(file).doesNotExist();
  }

  private Path require(String name) {
    return store.require(name, Progress.silent());
  }

  /** Serves a file and adds it to the listing. */
  private void publish(String path, String text, @Nullable String sha256) {
    content.put(FILES + path, text);
    String entry =
        "{\"rfilename\": \""
            + path
            + "\""
            + (sha256 == null ? "" : ", \"lfs\": {\"sha256\": \"" + sha256 + "\"}")
            + "}";
    String listing = content.getOrDefault(LISTING, "{\"siblings\": [null]}");
    content.put(LISTING, listing.replace("null]", entry + ", null]"));
  }
}

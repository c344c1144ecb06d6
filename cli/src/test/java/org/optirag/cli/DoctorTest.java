package org.optirag.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.server.store.EmbeddedStore;
import org.optirag.server.store.EventStore;
import org.optirag.workspace.Checksums;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What would keep a service from starting is found, and nothing is touched. */
class DoctorTest {
  private static final Path SHIPPED = Path.of("..", "bundles", "movielens-100k");

  @RegisterExtension private final OwnCache cache = new OwnCache();

  @TempDir Path directory;
  private Path store;
  private final List<String> lines = new ArrayList<>();
  private JsonNode found = JsonMapper.shared().createArrayNode();

  @BeforeEach
  void makeAPlaceForTheStore() throws IOException {
    store = Files.createDirectory(directory.resolve("store"));
  }

  private int examine(String... arguments) {
    StringWriter out = new StringWriter();
    String[] standard = {
      "doctor", "--json", "--bundle", SHIPPED.toString(), "--data-dir", store.toString(), "--port=0"
    };
    int code =
        Main.commandLine()
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(new StringWriter(), true))
            .setOverwrittenOptionsAllowed(true)
            .execute(
                Stream.concat(Arrays.stream(standard), Arrays.stream(arguments))
                    .toArray(String[]::new));
    found = JsonMapper.shared().readTree(out.toString());
    lines.clear();
    found.forEach(
        each -> lines.add(each.path("state").asString() + " " + each.path("what").asString()));
    return code;
  }

  /** What is said of a thing, and the way out. */
  private String said(String what) {
    return found
        .valueStream()
        .filter(each -> each.path("what").asString().equals(what))
        .map(each -> each.path("said").asString() + " " + each.path("wayOut").asString(""))
        .reduce("", String::concat);
  }

  @Test
  void whatTheFirstStartWouldFetchIsNoted() throws IOException {
    assertThat(examine()).isZero();
    assertThat(lines)
        .contains("OK java", "OK libraries", "OK bundle", "OK settings", "OK store", "OK port")
        .contains("NOTE model", "NOTE data")
        .noneMatch(line -> line.startsWith("FAULT"));
    assertThat(said("model")).contains("optirag model pull smollm2-135m-instruct");
    assertThat(said("data")).contains("optirag data pull movielens-100k");
    assertThat(said("store")).contains("none yet");
    try (Stream<Path> made = Files.list(store)) {
      assertThat(made).as("nothing is made").isEmpty();
    }
  }

  @Test
  void aPortThatIsTakenIsFound() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(examine("--port", Integer.toString(taken.getLocalPort()))).isEqualTo(2);
      assertThat(lines).contains("FAULT port");
      assertThat(said("port")).contains(":" + taken.getLocalPort()).contains("another --port");
    }
  }

  @Test
  void aBundleThatIsNoneIsFoundAndWhatNeedsItIsLeftOut() {
    assertThat(examine("--bundle", directory.toString())).isEqualTo(2);
    assertThat(lines).contains("FAULT bundle").doesNotContain("OK port", "FAULT port");
    assertThat(said("bundle")).contains(directory.toString());
  }

  @Test
  void aSettingThatDoesNotFitIsFound() {
    assertThat(examine("--deadline", "soon")).isEqualTo(2);
    assertThat(lines).contains("FAULT settings");
    assertThat(said("settings")).contains("--deadline: \"soon\"");
    assertThat(examine("--host", "0.0.0.0")).isEqualTo(2);
    assertThat(said("settings")).contains("loopback only");
  }

  @Test
  void aStoreIsReadAndStaysAsItIs() throws IOException {
    try (EventStore made = EmbeddedStore.open(store)) {
      assertThat(examine()).as("a service runs").isEqualTo(2);
      assertThat(said("store")).contains("in use by another service");
    }
    String before = Checksums.sha256(store.resolve(EmbeddedStore.FILE));
    assertThat(examine()).isZero();
    assertThat(said("store")).contains("0 events in");
    assertThat(Checksums.sha256(store.resolve(EmbeddedStore.FILE))).isEqualTo(before);
  }

  @Test
  void aFileOfAnotherProgramOrADamagedOneIsFoundAndStaysAsItIs() throws IOException, SQLException {
    Path file = store.resolve(EmbeddedStore.FILE);
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE theirs (id INTEGER)");
    }
    String before = Checksums.sha256(file);
    assertThat(examine()).isEqualTo(2);
    assertThat(said("store")).contains("another program made it");
    assertThat(Checksums.sha256(file)).isEqualTo(before);
    Files.writeString(file, "no database at all, but a text that is longer than a header of one");
    assertThat(examine()).isEqualTo(2);
    assertThat(said("store")).contains("is damaged");
  }

  @Test
  void aDirectoryThatCannotBeMadeIsFound() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "");
    assertThat(examine("--data-dir", file.resolve("store").toString())).isEqualTo(2);
    assertThat(said("store")).contains("is no directory to write");
  }

  @Test
  void aDatabaseThatDoesNotAnswerIsFound() {
    assertThat(examine("--store-url", "jdbc:postgresql://127.0.0.1:1/none")).isEqualTo(2);
    assertThat(said("store")).contains("cannot be reached").contains("that the server runs");
  }

  @Test
  void aModelThatIsAnotherIsFound() throws IOException {
    Path model =
        Files.createDirectories(cache.root().resolve("models").resolve("smollm2-135m-instruct"));
    Files.writeString(model.resolve("SmolLM2-135M-Instruct.Q4_1.gguf"), "no weights");
    assertThat(examine()).isEqualTo(2);
    assertThat(lines).contains("FAULT model");
  }
}

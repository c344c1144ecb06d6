package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the page in a headless Chromium, where the machine has one. */
class PageTest {
  private final TestService service = TestService.open();

  @TempDir Path scratch;

  @AfterEach
  void close() {
    service.close();
  }

  /**
   * What a page came to: its elements after its scripts ran, and what the browser complained of.
   */
  private record Opened(String dom, String complaints) {}

  @Test
  void thePageRanksForAUserAndDrawsWhatItGot() throws Exception {
    Opened page = open("http://127.0.0.1:" + service.port() + "/");
    assertThat(page.dom)
        .contains("first: tiny, 2 blocks, heads after 1, 2")
        .contains("Star Wars (1977)")
        .contains("aria-pressed=\"true\"")
        .contains("The last head, after block 2, decides what nothing stopped before.")
        .contains("9 (0.50) liked Brazil")
        .contains("3 tokens");
    assertThat(count(page.dom, "<canvas")).as("four charts").isEqualTo(4);
    assertThat(page.complaints)
        .as("the page keeps to its own security policy, and its scripts run through")
        .doesNotContain("Refused to")
        .doesNotContain("violates")
        .doesNotContain("Uncaught");
  }

  @Test
  void everyControlHasANameThatCanBeReadAloud() throws Exception {
    String page = new String(service.get("/").whole().body(), StandardCharsets.UTF_8);
    var inputs = Pattern.compile("<input id=\"([^\"]+)\"").matcher(page);
    int found = 0;
    while (inputs.find()) {
      assertThat(page).contains("<label for=\"" + inputs.group(1) + "\">");
      found++;
    }
    assertThat(found).isEqualTo(5);
    assertThat(count(page, "class=\"chart\" role=\"img\" aria-label=")).isEqualTo(4);
  }

  @Test
  void itsFilesAreServedWithTypesAndKeptByTheBrowser() throws Exception {
    for (String path : List.of("/", "/app.js", "/app.css", "/charts.js")) {
      TestService.Reply reply = service.get(path);
      assertThat(reply.status()).as(path).isEqualTo(200);
      assertThat(reply.header("Content-Type")).isNotEmpty();
      var again = service.request(path).header("If-None-Match", reply.header("ETag")).GET();
      assertThat(service.send(again).status()).isEqualTo(304);
    }
    assertThat(service.get("/charts.js").whole().body().length).isGreaterThan(100_000);
  }

  private Opened open(String url) throws IOException, InterruptedException {
    Optional<Path> chromium = chromium();
    Assumptions.assumeTrue(
        chromium.isPresent(), "no chromium on the PATH: the page is not opened in a browser");
    Path dom = scratch.resolve("dom.html");
    Path complaints = scratch.resolve("log.txt");
    Process process =
        new ProcessBuilder(
                chromium.orElseThrow().toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--enable-logging=stderr",
                "--virtual-time-budget=15000",
                "--user-data-dir=" + scratch.resolve("profile"),
                "--dump-dom",
                url)
            .redirectOutput(dom.toFile())
            .redirectError(complaints.toFile())
            .start();
    try {
      if (!process.waitFor(2, TimeUnit.MINUTES)) {
        throw new IOException("chromium did not end");
      }
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
    }
    return new Opened(
        Files.readString(dom, StandardCharsets.UTF_8),
        new String(Files.readAllBytes(complaints), StandardCharsets.ISO_8859_1));
  }

  private static Optional<Path> chromium() {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
    return Stream.of(path.split(Pattern.quote(System.getProperty("path.separator"))))
        .flatMap(folder -> Stream.of("chromium", "google-chrome").map(Path.of(folder)::resolve))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }
}

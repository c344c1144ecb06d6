package org.optirag.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Uses the page in a headless Chromium, where the machine has one. */
@Timeout(180)
class PageInUseTest {
  private static final String RANKED = "document.querySelectorAll('#results button').length === 2";

  @TempDir Path scratch;

  private final TestService service = TestService.open();
  private Browser browser;

  @BeforeEach
  void open() throws Exception {
    Optional<Path> program = Browser.program();
    Assumptions.assumeTrue(program.isPresent(), "no chromium on the PATH: the page is not used");
    // A second item, of a title that does not break by itself.
    service.post(
        "/v1/feedback",
        "{\"type\":\"interaction\",\"id\":\"e\",\"user\":\"7\",\"item\":\""
            + "long".repeat(40)
            + "\",\"liked\":true,\"time\":5}");
    browser = new Browser(program.orElseThrow(), scratch);
  }

  @AfterEach
  void close() throws Exception {
    if (browser != null) {
      browser.close();
    }
    service.close();
  }

  private void go(int width) throws Exception {
    browser.open("http://127.0.0.1:" + service.port() + "/", width, 800);
  }

  @Test
  void nothingIsClippedOnASmallScreen() throws Exception {
    go(360);
    browser.await(RANKED);
    assertThat(browser.is("innerWidth")).isEqualTo("360");
    assertThat(browser.is("document.documentElement.scrollWidth"))
        .as("beside the scroll bar")
        .isEqualTo(browser.is("document.documentElement.clientWidth"));
    assertThat(
            browser.is(
                "[...document.querySelectorAll('body *')].filter(e => !e.matches('.skip, .chart *')"
                    + " && (e.getBoundingClientRect().right > document.documentElement.clientWidth + .5"
                    + " || e.getBoundingClientRect().left < -0.5))"
                    + ".map(e => e.tagName + '#' + e.id).join(' ')"))
        .isEmpty();
    assertThat(
            browser.is(
                "[...document.querySelectorAll('button, p, li, span, label')].filter(e =>"
                    + " e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline')"
                    + ".map(e => e.tagName + '#' + e.id + e.textContent.slice(0, 20)).join(' ')"))
        .isEmpty();
  }

  @Test
  void whileAnAnswerIsAwaitedItSaysSo() throws Exception {
    CountDownLatch latch = new CountDownLatch(1);
    service.first().stopped(latch);
    go(1200);
    browser.await("document.getElementById('ranking').getAttribute('aria-busy') === 'true'");
    assertThat(browser.is("document.getElementById('summary').textContent")).isEqualTo("Ranking …");
    assertThat(browser.is("document.getElementById('rank').textContent")).isEqualTo("Ranking …");
    latch.countDown();
    browser.await(RANKED);
    browser.await("document.getElementById('ranking').getAttribute('aria-busy') === 'false'");
    assertThat(browser.is("document.getElementById('rank').textContent")).isEqualTo("Rank");
    assertThat(browser.is("document.getElementById('summary').textContent")).startsWith("For 42: ");
  }

  @Test
  void whereThereIsNoAnswerNothingOfAnotherIsShown() throws Exception {
    go(1200);
    browser.await(RANKED);
    assertThat(browser.is("document.getElementById('history').textContent")).contains("Alien");
    service.first().failWith(new IllegalStateException("broken"));
    browser.is("document.getElementById('rank').focus()");
    browser.enter();
    browser.await("document.getElementById('summary').textContent.startsWith('No ranking: ')");
    assertThat(browser.is("document.getElementById('message').hidden")).isEqualTo("false");
    assertThat(browser.is("document.getElementById('results').textContent")).isEmpty();
    assertThat(browser.is("document.getElementById('history').textContent")).isEqualTo("–");
    assertThat(browser.is("document.getElementById('neighbours').textContent")).isEqualTo("–");
    assertThat(browser.is("document.getElementById('prompt').textContent")).isEmpty();
    service.first().failWith(null);
    browser.enter();
    browser.await(RANKED);
    assertThat(browser.is("document.getElementById('message').hidden")).isEqualTo("true");
  }

  @Test
  void thePromptIsThatOfTheCandidateThatIsChosen() throws Exception {
    go(1200);
    browser.await(RANKED);
    List<String> prompts = new ArrayList<>();
    for (int candidate = 0; candidate < 2; candidate++) {
      browser.is("document.querySelectorAll('#results button')[" + candidate + "].focus()");
      browser.enter();
      browser.await(
          "document.querySelectorAll('#results button')["
              + candidate
              + "].getAttribute('aria-pressed') === 'true'");
      prompts.add(browser.is("document.getElementById('prompt').textContent"));
    }
    assertThat(prompts).doesNotHaveDuplicates().allMatch(prompt -> prompt.contains("token "));
  }

  @Test
  void everythingIsReachedByKeyboardAndSeenToBe() throws Exception {
    go(1200);
    browser.await(RANKED);
    Set<String> reached = new LinkedHashSet<>();
    for (int i = 0; i < 30; i++) {
      browser.tab();
      String where =
          browser.is(
              "document.activeElement.id || document.activeElement.parentElement.parentElement.id"
                  + " || document.activeElement.tagName");
      if (!where.isEmpty()
          && !browser.is("document.activeElement === document.body").equals("true")) {
        reached.add(where);
        assertThat(browser.is("getComputedStyle(document.activeElement).outlineStyle"))
            .as(where)
            .isNotEqualTo("none");
      }
    }
    assertThat(reached)
        .contains("user", "item", "some", "clear", "candidates", "adaptive", "rank", "results");
    browser.is("document.querySelector('#candidates button').focus()");
    browser.enter();
    assertThat(browser.is("document.activeElement.parentElement.parentElement.id"))
        .as("the next candidate, not nowhere")
        .isEqualTo("candidates");
    browser.enter();
    assertThat(browser.is("document.activeElement.id")).isEqualTo("item");
  }
}

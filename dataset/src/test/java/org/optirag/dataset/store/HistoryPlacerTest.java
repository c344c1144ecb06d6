package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.optirag.dataset.store.HistoryPlacer.Placed;

class HistoryPlacerTest {
  private final HistoryPlacer placer = new HistoryPlacer();

  @Test
  void whatOnlyAHistoryNamesStandsBeforeItInThePublishedOrder() {
    placer.add("u", "x", 100, "a b", true);
    assertThat(placer.placed())
        .containsExactlyInAnyOrder(new Placed("u", "b", 99), new Placed("u", "a", 98));
  }

  @Test
  void rowsKeepTheirTimesAndPushWhatPrecedesThemBack() {
    placer.add("u", "known", 50, "", true);
    placer.add("u", "x", 100, "a known b", true);
    assertThat(placer.placed())
        .containsExactlyInAnyOrder(new Placed("u", "b", 99), new Placed("u", "a", 49));
  }

  @Test
  void theFirstRowThatNamesAnItemPlacesIt() {
    placer.add("u", "later", 200, "a b c", true);
    placer.add("u", "x", 100, "a", true);
    assertThat(placer.placed())
        .containsExactlyInAnyOrder(
            new Placed("u", "a", 99), new Placed("u", "c", 199), new Placed("u", "b", 198));
  }

  @Test
  void whatARowShowedInVainIsPlacedByTheHistory() {
    placer.add("u", "a", 150, "", false);
    placer.add("u", "x", 100, "a", true);
    assertThat(placer.placed()).containsExactly(new Placed("u", "a", 99));
  }

  @Test
  void usersAreKeptApart() {
    placer.add("u", "x", 100, "a", true);
    placer.add("v", "a", 10, "", true);
    assertThat(placer.placed()).containsExactly(new Placed("u", "a", 99));
  }
}

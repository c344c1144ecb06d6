package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.RandomData.Row;

class VisibleHistoryTest {
  private static final Row LIKED_EARLY = new Row(0, 1, true, 10);
  private static final Row DISLIKED_EARLY = new Row(0, 2, false, 20);
  private static final Row LIKED_IN_BLOCK = new Row(0, 3, true, 410);
  private static final Row DISLIKED_IN_BLOCK = new Row(0, 4, false, 420);
  private static final Row OTHERS_EARLY = new Row(1, 5, true, 30);
  private static final Row OTHERS_IN_BLOCK = new Row(1, 5, true, 430);
  private static final Row LAST_OF_TRAIN = new Row(2, 5, false, 790);
  private static final Row LIKED_LATE = new Row(0, 6, true, 810);
  private static final Row DISLIKED_LATE = new Row(0, 7, false, 820);

  private static final Dataset DATA =
      RandomData.dataset(
          List.of(
              LIKED_EARLY,
              DISLIKED_EARLY,
              OTHERS_EARLY,
              LIKED_IN_BLOCK,
              DISLIKED_IN_BLOCK,
              OTHERS_IN_BLOCK,
              LAST_OF_TRAIN,
              LIKED_LATE,
              DISLIKED_LATE));

  @Test
  void publishedHistoriesHoldLikesOnlyOnceTrainingHasEnded() {
    VisibleHistory likes = visible(LabelVisibility.LIKES);
    assertThat(likes.history(0, 950, 9)).extracting(Behaviour::item).containsExactly(1, 2, 3, 4, 6);
    assertThat(likes.history(0, 950, 2)).extracting(Behaviour::item).containsExactly(4, 6);
    assertThat(VisibleHistory.of(DATA, DATA.split()).visibility()).isEqualTo(LabelVisibility.LIKES);
  }

  @Test
  void whatWasShownTogetherIsKnownAtOnceAndWhatWasNotClickedIsNoDislike() {
    Dataset shown = shownTogether();
    VisibleHistory visible = VisibleHistory.of(shown, shown.split());
    assertThat(visible.visibility()).isEqualTo(LabelVisibility.ALL);
    assertThat(visible.history(0, 950, 9)).extracting(Behaviour::item).containsExactly(1, 3, 6);
    assertThat(visible.history(0, 950, 2)).extracting(Behaviour::item).containsExactly(3, 6);
  }

  /** The same rows, each shown in a request of its own. */
  private static Dataset shownTogether() {
    Interactions rows = DATA.interactions();
    int n = rows.size();
    int[] users = new int[n];
    int[] items = new int[n];
    boolean[] labels = new boolean[n];
    long[] times = new long[n];
    int[] requests = new int[n];
    for (int row = 0; row < n; row++) {
      users[row] = rows.user(row);
      items[row] = rows.item(row);
      labels[row] = rows.label(row);
      times[row] = rows.time(row);
      requests[row] = row;
    }
    return new Dataset(
        DATA.name(),
        DATA.noun(),
        DATA.users(),
        DATA.items(),
        new Interactions(users, items, new float[n], labels, times, requests),
        DATA.published(),
        DATA.timed());
  }

  @Test
  void withinTrainingDislikesOfTheBlockAreUnknownAsTheyWillBeWhenHeldOut() {
    VisibleHistory likes = visible(LabelVisibility.LIKES);
    assertThat(likes.history(0, 450, 9)).extracting(Behaviour::item).containsExactly(1, 2, 3);
    OwnHistory own = likes.ownHistory(0, 450);
    assertThat(own.likes()).containsExactly(1, 3);
    assertThat(own.times()).containsExactly(10, 410);
    assertThat(own.labelledLikes()).containsExactly(1);
    assertThat(own.dislikes()).containsExactly(2);
  }

  @Test
  void allFeedbackIsKnownUpToTheMoment() {
    VisibleHistory all = visible(LabelVisibility.ALL);
    assertThat(all.history(0, 820, 9)).extracting(Behaviour::item).containsExactly(1, 2, 3, 4, 6);
    assertThat(all.history(0, 821, 9)).extracting(Behaviour::item).endsWith(6, 7);
    OwnHistory own = all.ownHistory(0, 821);
    assertThat(own.labelledLikes()).containsExactly(1, 3, 6);
    assertThat(own.dislikes()).containsExactly(2, 4, 7);
  }

  @Test
  void othersAreSeenUpToTheStartOfTheBlock() {
    VisibleHistory visible = visible(LabelVisibility.ALL);
    // Blocks of 100 begin at the first training row, 10: that of 450 at 410, that of 409 at 310.
    assertThat(seen(visible, 409)).isEqualTo(1);
    assertThat(seen(visible, 450)).isEqualTo(1);
    assertThat(seen(visible, 510)).isEqualTo(2);
    assertThat(seen(visible, 790)).isEqualTo(2);
    assertThat(seen(visible, 791)).isEqualTo(3);
    assertThat(seen(visible, Long.MAX_VALUE)).isEqualTo(3);
    assertThat(visible.ofNeighbour(1, 450, 9)).hasSize(1);
    assertThat(visible.ofNeighbour(1, 520, 9)).hasSize(2);
  }

  @Test
  void aHorizonLiesNeverAfterItsMoment() {
    Interactions train = DATA.split().train();
    for (long block : new long[] {1, 7, 100, 10_000}) {
      Horizon horizon = Horizon.of(train, block);
      for (long time = -20; time < 1200; time++) {
        assertThat(horizon.of(time)).isLessThanOrEqualTo(time).isLessThanOrEqualTo(791);
        if (time <= 790) {
          assertThat(horizon.of(time)).isGreaterThan(time - block);
        }
      }
    }
    assertThat(Horizon.of(train, false).block()).isEqualTo(39);
    assertThat(Horizon.of(train, true).block()).as("too short for months").isEqualTo(39);
    assertThat(Horizon.of(months(4), true).block()).isEqualTo(Horizon.MONTH);
    assertThat(Horizon.of(months(3), true).block()).isEqualTo(3 * Horizon.MONTH / 20);
  }

  private static Interactions months(int count) {
    return new Interactions(
        new int[2],
        new int[2],
        new float[2],
        new boolean[2],
        new long[] {0, count * Horizon.MONTH});
  }

  @Test
  void anEmptyTrainingPartShowsNothing() {
    Interactions none = DATA.interactions().filter(row -> false);
    assertThat(Horizon.of(none, 10).of(5)).isLessThanOrEqualTo(5);
  }

  @Test
  void wrongBlocksAreRefused() {
    assertThatThrownBy(() -> new Horizon(0, 10, 0))
        .hasMessage("blocks of 0 from 0 to 10: a block is at least 1 long");
  }

  private static int seen(VisibleHistory visible, long time) {
    return visible.of(5, 9, Set.of(), time, List.of()).usersSeen();
  }

  private static VisibleHistory visible(LabelVisibility visibility) {
    return VisibleHistory.of(DATA, DATA.split(), visibility, Horizon.of(DATA.split().train(), 100));
  }
}

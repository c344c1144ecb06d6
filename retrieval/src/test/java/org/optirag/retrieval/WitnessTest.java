package org.optirag.retrieval;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.RandomData.Row;

class WitnessTest {
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
    Witness likes = witness(Feedback.LIKES);
    assertThat(likes.history(0, 950, 9)).extracting(Behaviour::item).containsExactly(1, 2, 3, 4, 6);
    assertThat(likes.history(0, 950, 2)).extracting(Behaviour::item).containsExactly(4, 6);
    assertThat(Witness.of(DATA, DATA.split()).feedback()).isEqualTo(Feedback.LIKES);
  }

  @Test
  void withinTrainingDislikesOfTheBlockAreUnknownAsTheyWillBeWhenHeldOut() {
    Witness likes = witness(Feedback.LIKES);
    assertThat(likes.history(0, 450, 9)).extracting(Behaviour::item).containsExactly(1, 2, 3);
    OwnHistory own = likes.ownHistory(0, 450);
    assertThat(own.likes()).containsExactly(1, 3);
    assertThat(own.times()).containsExactly(10, 410);
    assertThat(own.labelledLikes()).containsExactly(1);
    assertThat(own.dislikes()).containsExactly(2);
  }

  @Test
  void allFeedbackIsKnownUpToTheMoment() {
    Witness all = witness(Feedback.ALL);
    assertThat(all.history(0, 820, 9)).extracting(Behaviour::item).containsExactly(1, 2, 3, 4, 6);
    assertThat(all.history(0, 821, 9)).extracting(Behaviour::item).endsWith(6, 7);
    OwnHistory own = all.ownHistory(0, 821);
    assertThat(own.labelledLikes()).containsExactly(1, 3, 6);
    assertThat(own.dislikes()).containsExactly(2, 4, 7);
  }

  @Test
  void othersAreSeenUpToTheStartOfTheBlock() {
    Witness witness = witness(Feedback.ALL);
    // Blocks of 100 begin at the first training row, 10: that of 450 at 410, that of 409 at 310.
    assertThat(seen(witness, 409)).isEqualTo(1);
    assertThat(seen(witness, 450)).isEqualTo(1);
    assertThat(seen(witness, 510)).isEqualTo(2);
    assertThat(seen(witness, 790)).isEqualTo(2);
    assertThat(seen(witness, 791)).isEqualTo(3);
    assertThat(seen(witness, Long.MAX_VALUE)).isEqualTo(3);
    assertThat(witness.ofNeighbour(1, 450, 9)).hasSize(1);
    assertThat(witness.ofNeighbour(1, 520, 9)).hasSize(2);
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
    assertThat(Horizon.of(train, true).block()).isEqualTo(Horizon.MONTH);
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

  private static int seen(Witness witness, long time) {
    return witness.of(5, 9, Set.of(), time, List.of()).usersSeen();
  }

  private static Witness witness(Feedback feedback) {
    return Witness.of(DATA, DATA.split(), feedback, Horizon.of(DATA.split().train(), 100));
  }
}

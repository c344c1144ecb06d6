package org.optirag.recommender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.optirag.backbone.DType;
import org.optirag.dataset.Field;
import org.optirag.recommender.knowledge.Event;
import org.optirag.scoring.Score;

/** On the shipped bundle, its data and its backbone. */
final class RecommenderTest {
  private static final Path BUNDLE = Path.of("..", "bundles", "movielens-100k");
  private static final String DATA = "movielens-100k";
  private static final List<String> ITEMS = List.of("50", "181", "258");

  private static Recommender recommender;

  @BeforeAll
  static void open() {
    recommender = builder().open();
  }

  @AfterAll
  static void close() {
    recommender.close();
  }

  private static Recommender.Builder builder() {
    return Recommender.builder(BUNDLE, DATA).dtype(DType.F32).policy("none");
  }

  @Test
  void itemsComeMostProbableFirstWithWhatExplainsThem() {
    Ranking ranking = recommender.rank("42", ITEMS);
    assertThat(ranking.items())
        .extracting(Ranking.Item::id)
        .containsExactlyInAnyOrderElementsOf(ITEMS);
    List<Double> probabilities = ranking.items().stream().map(Ranking.Item::probability).toList();
    assertThat(probabilities)
        .isSortedAccordingTo((a, b) -> Double.compare(b, a))
        .allMatch(p -> p > 0 && p < 1);
    for (Ranking.Item item : ranking.items()) {
      assertThat(ITEMS.get(item.candidate())).isEqualTo(item.id());
      assertThat(item.score().trace()).isNotEmpty();
    }
    assertThat(ranking.stages().keySet())
        .containsExactly("features", "retrieve", "prompt", "score");
    assertThat(ranking.history()).isNotEmpty();
    String context = recommender.text(ranking.prompt().tokens().context());
    assertThat(context).contains(ranking.history().getLast().title());
  }

  @Test
  void asItWasCalibratedTheLlmIsNotAsked() {
    try (Recommender calibrated = builder().policy("chosen").open()) {
      Ranking ranking = calibrated.rank("42", ITEMS);
      assertThat(ranking.items()).hasSize(3).allMatch(item -> item.score().exitBlock() == 0);
      assertThat(ranking.stages().keySet()).doesNotContain("retrieve", "prompt");
    }
  }

  @Test
  void scoresAreTheRankingsInTheOrderOfTheRequest() {
    List<Score> scores = recommender.score(RankRequest.of("196", ITEMS));
    for (Ranking.Item item : recommender.rank("196", ITEMS).items()) {
      assertThat(item.probability())
          .isCloseTo(scores.get(item.candidate()).probability(), within(1e-6));
    }
  }

  @Test
  void aMomentSeesOnlyWhatLiesBeforeIt() {
    long end = recommender.knowledge().state().snapshot().visible().horizon().last();
    Ranking early = recommender.rank("42", ITEMS, Instant.ofEpochSecond(end + 1));
    assertThat(early.time()).isEqualTo(end + 1);
    assertThat(early.history()).allMatch(told -> told.time() <= end);
  }

  @Test
  void strangersAndNewItemsAreRanked() {
    assertThat(recommender.rank("nobody", ITEMS).items()).hasSize(3);
    CandidateItem fresh =
        new CandidateItem("new", "Paterson (2016)", List.of(new Field("genres", "Drama")));
    Ranking ranking =
        recommender.rank(new RankRequest("42", List.of(CandidateItem.of("50"), fresh)));
    assertThat(ranking.items()).extracting(Ranking.Item::title).contains("Paterson (2016)");
    assertThatThrownBy(() -> recommender.rank("42", List.of("50", "no such film")))
        .isInstanceOf(UnknownItemException.class)
        .hasMessageContaining("There is no item \"no such film\"");
  }

  @Test
  void manyThreadsGetWhatOneGets() throws Exception {
    List<String> users = List.of("1", "42", "196", "244", "298", "305");
    List<List<Score>> alone =
        users.stream().map(user -> recommender.score(RankRequest.of(user, ITEMS))).toList();
    try (ExecutorService threads = Executors.newFixedThreadPool(6)) {
      List<Future<List<Score>>> together = new ArrayList<>();
      for (int n = 0; n < 3 * users.size(); n++) {
        String user = users.get(n % users.size());
        together.add(threads.submit(() -> recommender.score(RankRequest.of(user, ITEMS))));
      }
      for (int n = 0; n < together.size(); n++) {
        assertThat(together.get(n).get()).isEqualTo(alone.get(n % users.size()));
      }
    }
  }

  @Test
  void whatIsToldIsInTheNextAnswerOfTheUserAndAfterARenewalInThoseOfOthers() {
    assertThatThrownBy(() -> recommender.tell(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("live()");
    try (Recommender live = builder().live().open()) {
      assertThat(live.score(RankRequest.of("42", ITEMS)))
          .isEqualTo(recommender.score(RankRequest.of("42", ITEMS)));
      long now = Instant.now().getEpochSecond();
      live.tell(
          List.of(new Event.Interacted("e", "42", "172", true, OptionalDouble.empty(), now - 1)));
      assertThat(live.rank("42", ITEMS).history().getLast().item()).isEqualTo("172");
      live.renew();
      assertThat(live.knowledge().state().snapshot().sequence()).isEqualTo(1);
      assertThat(live.rank("42", ITEMS).history().getLast().item()).isEqualTo("172");
    }
  }

  @Test
  void afterClosingItSaysSo() {
    Recommender closed = builder().open();
    closed.close();
    closed.close();
    assertThatThrownBy(() -> closed.rank("42", ITEMS))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the recommender is closed");
  }
}

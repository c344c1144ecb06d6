package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Split;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** Counts on whole data sets, where they lie beside the checkout; each names what it lacks. */
class SharedDataTest {
  private static final Path SHARED = Path.of("../../shared/data");

  @TempDir Path cache;

  @Test
  void movieLens100kIsWhole() {
    Dataset data = imported("movielens-100k");
    assertThat(data.interactions().size()).isEqualTo(100_000);
    assertThat(data.users().size()).isEqualTo(943);
    assertThat(data.items().size()).isEqualTo(1682);
    assertThat(data.interactions().labelRate()).isEqualTo((34_174 + 21_201) / 100_000.0);
    assertThat(data.items().title(0)).isEqualTo("Toy Story (1995)");
    assertThat(data.items().fields().get(0))
        .containsExactly(new Field("genres", "Animation, Children's, Comedy"));
    assertThat(data.users().profiles().get(0))
        .containsExactly(
            new Field("age", "24"),
            new Field("gender", "male"),
            new Field("occupation", "technician"));
    Split split = data.split();
    assertThat(split.train().size()).isBetween(79_900, 80_000);
    assertThat(split.train().time(split.train().size() - 1)).isLessThan(split.validation().time(0));
  }

  @Test
  void theCollmSplitKeepsItsPartsAndItsHistories() {
    Dataset data = imported("ml-1m-collm");
    Split split = data.split();
    assertThat(split.trainExamples().size()).isEqualTo(33_891);
    assertThat(split.validation().size()).isEqualTo(10_401);
    assertThat(split.test().size()).isEqualTo(7_331);
    assertThat(split.trainExamples().labelRate()).isBetween(0.5365, 0.5375);
    assertThat(split.test().labelRate()).isBetween(0.5445, 0.5455);
    Behaviours histories =
        new Behaviours(data.interactions(), data.users().size(), data.items().size());
    long likedBefore = 0;
    for (int row = 0; row < split.test().size(); row++) {
      for (int earlier : histories.ofUser(split.test().user(row), split.test().time(row))) {
        likedBefore += data.interactions().label(earlier) ? 1 : 0;
      }
    }
    assertThat(likedBefore)
        .as("as many as the published histories hold, less 2,203 of the impression's very second")
        .isEqualTo(546_315);
  }

  @Test
  void movieLens100kIsTheSameFromGroupLensAndFromRecBole() {
    Dataset grouplens = imported("movielens-100k");
    DatasetStore store = new DatasetStore(new CacheDirectory(cache.resolve("recbole")));
    Dataset recbole = store.require("movielens-100k", Progress.silent());
    assertThat(recbole.items().ids().ids()).isEqualTo(grouplens.items().ids().ids());
    assertThat(recbole.items().titles()).isEqualTo(grouplens.items().titles());
    assertThat(recbole.items().fields()).isEqualTo(grouplens.items().fields());
    assertThat(recbole.users().ids().ids()).isEqualTo(grouplens.users().ids().ids());
    assertThat(recbole.users().profiles()).isEqualTo(grouplens.users().profiles());
    assertThat(recbole.interactions().size()).isEqualTo(100_000);
    for (int row = 0; row < 100_000; row++) {
      assertThat(recbole.interactions().item(row)).isEqualTo(grouplens.interactions().item(row));
      assertThat(recbole.interactions().user(row)).isEqualTo(grouplens.interactions().user(row));
      assertThat(recbole.interactions().rating(row))
          .isEqualTo(grouplens.interactions().rating(row));
    }
  }

  @Test
  void theKnownHalfOfMovieLens1mIsRead() {
    Dataset data = imported("movielens-1m");
    assertThat(data.interactions().size()).isEqualTo(487_650);
    assertThat(data.users().size()).isEqualTo(2_999);
    assertThat(data.items().size()).isEqualTo(3_615);
    assertThat(data.interactions().labelRate()).isEqualTo((170_579 + 108_545) / 487_650.0);
    assertThat(data.users().profiles().get(0))
        .containsExactly(
            new Field("age", "under 18"),
            new Field("gender", "female"),
            new Field("occupation", "K-12 student"));
    assertThat(data.items().titles()).contains("Misérables, Les (1995)");
  }

  @Test
  void bookCrossingCleanedIsReadWithItsLocationsMended() {
    Dataset data = imported("book-crossing");
    assertThat(data.interactions().size()).isEqualTo(204_164);
    assertThat(data.users().size()).isEqualTo(48_299);
    assertThat(data.items().size()).isEqualTo(18_185);
    assertThat(data.interactions().labelRate()).isBetween(0.59, 0.62);
    int user = data.users().ids().number("8").orElseThrow();
    assertThat(data.users().profiles().get(user))
        .containsExactly(new Field("location", "timmins, ontario, canada"));
    assertThat(data.timed()).isFalse();
  }

  @Test
  void bookCrossingsOriginalFormKeepsItsZerosAsNegatives() throws IOException {
    Path slice = SHARED.resolve("book-crossing/original-format-slice-BX-Book-Ratings.csv.gz");
    assumeTrue(Files.isRegularFile(slice), () -> slice + " is not there");
    Path directory = Files.createDirectory(cache.resolve("original"));
    Files.copy(slice, directory.resolve("BX-Book-Ratings.csv.gz"));
    DatasetStore store = new DatasetStore(new CacheDirectory(cache.toAbsolutePath()));
    Manifest manifest = store.importDirectory(directory, Progress.silent()).manifest();
    assertThat(manifest.counts().rows()).isEqualTo(39_268);
    assertThat(manifest.counts().broken()).isZero();
    Dataset data = store.open("book-crossing");
    assertThat(data.interactions().labelRate()).isBetween(0.2, 0.5);
  }

  @Test
  void gowallaComesWithItsSplit() {
    Dataset data = imported("gowalla");
    assertThat(data.users().size()).isEqualTo(29_858);
    assertThat(data.items().size()).isEqualTo(40_981);
    Split split = data.split();
    assertThat(split.train().size()).isEqualTo(810_128);
    assertThat(split.test().size()).isEqualTo(217_242);
    assertThat(split.test().time(0)).isGreaterThan(split.train().time(810_127));
  }

  @Test
  void amazonBeautysSequencesAreRead() {
    Dataset data = imported("amazon-beauty");
    assertThat(data.interactions().size()).isEqualTo(198_502);
    assertThat(data.users().size()).isEqualTo(22_363);
    assertThat(data.items().size()).isEqualTo(12_101);
    Split split = data.split();
    assertThat(split.test().size()).isEqualTo(22_363);
    assertThat(split.validation().size()).isEqualTo(22_363);
  }

  @Test
  void amazonVideoGamesAreReadByTheExampleMapping() {
    Dataset data = mapped("amazon-video-games");
    assertThat(data.interactions().size()).isEqualTo(440_264);
    assertThat(data.users().size()).isEqualTo(50_546);
    assertThat(data.items().size()).isEqualTo(16_859);
    assertThat(data.items().titles()).contains("Fire Emblem: The Sacred Stones");
  }

  @Test
  void amazonMagazinesLoseTheirMarkupTitlesAndRepeats() {
    Dataset data = mapped("amazon-magazine-subscriptions");
    assertThat(data.interactions().size()).isEqualTo(2_375 - 73);
    assertThat(data.users().size()).isEqualTo(348);
    assertThat(data.items().size()).isEqualTo(157);
    assertThat(data.items().titles()).noneMatch(title -> title.startsWith("<"));
  }

  @Test
  void mindsImpressionsKeepWhatWasNotClickedAndTheirParts() {
    Dataset data = mapped("mind-small-part", "mind");
    Split split = data.split();
    assertThat(split.trainExamples().size()).isEqualTo(154_081);
    assertThat(split.validation().size()).isEqualTo(54_645);
    assertThat(split.test().size()).isEqualTo(53_893);
    assertThat(split.trainExamples().labelRate()).isEqualTo(6_378 / 154_081.0);
    assertThat(split.test().labelRate()).isEqualTo(1_977 / 53_893.0);
    assertThat(requests(split.trainExamples())).isEqualTo(4_260);
    assertThat(requests(split.validation())).isEqualTo(1_370);
    assertThat(requests(split.test())).isEqualTo(1_306);
    int article = data.items().ids().number("N49712").orElseThrow();
    assertThat(data.items().fields().get(article)).extracting(Field::name).contains("category");
    for (int row = 0; row < data.interactions().size(); row++) {
      if (data.interactions().request(row) < 0) {
        assertThat(data.interactions().label(row)).as("row %d, of a history", row).isTrue();
      }
    }
  }

  private static long requests(Interactions rows) {
    return IntStream.range(0, rows.size())
        .map(rows::request)
        .filter(r -> r >= 0)
        .distinct()
        .count();
  }

  private Dataset mapped(String name) {
    return mapped(name, name);
  }

  private Dataset mapped(String name, String mapping) {
    Path directory = SHARED.resolve(name);
    assumeTrue(Files.isDirectory(directory), () -> directory + " is not there");
    Source source = Mapping.source(Path.of("../examples/mappings/" + mapping + ".yaml"), directory);
    DatasetStore store = new DatasetStore(new CacheDirectory(cache.toAbsolutePath()));
    return store.importSource(source, source.rules(), Progress.silent()).load();
  }

  private Dataset imported(String name) {
    Path directory = SHARED.resolve(name);
    assumeTrue(Files.isDirectory(directory), () -> directory + " is not there");
    DatasetStore store = new DatasetStore(new CacheDirectory(cache.toAbsolutePath()));
    return store.importDirectory(directory, Progress.silent()).load();
  }
}

package org.optirag.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Split;
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

  private Dataset imported(String name) {
    Path directory = SHARED.resolve(name);
    assumeTrue(Files.isDirectory(directory), () -> directory + " is not there");
    DatasetStore store = new DatasetStore(new CacheDirectory(cache.toAbsolutePath()));
    store.importDirectory(directory, Progress.silent());
    return store.open(name);
  }
}

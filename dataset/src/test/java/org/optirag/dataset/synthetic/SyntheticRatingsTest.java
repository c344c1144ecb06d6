package org.optirag.dataset.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

final class SyntheticRatingsTest {
  private static final long SEED = 1;

  @TempDir private Path directory;

  @Test
  void theSameSeedWritesTheSameBytesAndAnotherDoesNot() throws IOException {
    Path first = directory.resolve("first");
    Path again = directory.resolve("again");
    Path other = directory.resolve("other");
    long rows = new SyntheticRatings(5_000, 50, 900, SEED).write(first, Progress.silent());
    new SyntheticRatings(5_000, 50, 900, SEED).write(again, Progress.silent());
    new SyntheticRatings(5_000, 50, 900, SEED + 1).write(other, Progress.silent());
    Path ratings = Path.of("ratings.csv");
    assertThat(first.resolve(ratings)).hasSameBinaryContentAs(again.resolve(ratings));
    assertThat(Files.mismatch(first.resolve(ratings), other.resolve(ratings))).isNotNegative();
    assertThat(Files.readAllLines(first.resolve(ratings))).hasSize((int) rows + 1);
    assertThat((double) rows).isCloseTo(5_000, within(1_500.0));
  }

  @Test
  void popularItemsGetMostAndTastesShowInTheLabels() {
    new SyntheticRatings(40_000, 400, 1_000, SEED).write(directory.resolve("s"), Progress.silent());
    Dataset data =
        new DatasetStore(new CacheDirectory(directory.resolve("cache")))
            .importDirectory(directory.resolve("s"), Progress.silent())
            .load();
    Interactions all = data.interactions();
    int[] seen = new int[data.items().size()];
    int[][] liked = new int[data.users().size()][20];
    int[][] total = new int[data.users().size()][20];
    for (int row = 0; row < all.size(); row++) {
      seen[all.item(row)]++;
      String genre = data.items().fields().get(all.item(row)).getFirst().value();
      int g = Integer.parseInt(genre.substring("Genre ".length()));
      total[all.user(row)][g]++;
      liked[all.user(row)][g] += all.label(row) ? 1 : 0;
    }
    Arrays.sort(seen);
    int top = Arrays.stream(seen, seen.length * 9 / 10, seen.length).sum();
    assertThat((double) top / all.size()).as("share of the first tenth").isBetween(0.2, 0.5);
    double inTop = 0;
    double likedInTop = 0;
    for (int user = 0; user < total.length; user++) {
      Integer[] genres = new Integer[20];
      Arrays.setAll(genres, g -> g);
      int[] of = total[user];
      Arrays.sort(genres, (a, b) -> of[b] - of[a]);
      for (int g = 0; g < 3; g++) {
        inTop += of[genres[g]];
        likedInTop += liked[user][genres[g]];
      }
    }
    assertThat(inTop / all.size()).as("from three genres").isBetween(0.45, 0.75);
    assertThat(likedInTop / inTop).as("liked of them").isGreaterThan(all.labelRate() + 0.05);
  }

  @Test
  void impossibleNumbersAreRefused() {
    assertThatThrownBy(() -> new SyntheticRatings(1_000_000, 10, 1_000, SEED))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("more than a quarter of 1000 items each")
        .hasMessageContaining("Give more users or more items.");
  }
}

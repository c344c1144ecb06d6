package org.optirag.evaluation.baseline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Evaluator;
import org.optirag.evaluation.Metrics;
import org.optirag.evaluation.Requests;
import org.optirag.workspace.Progress;

final class BiasModelTest {
  /** User 0 likes 1 of 1, user 1 likes 1 of 3; item 0 is liked by 2 of 2, item 1 by 0 of 2. */
  private static final Interactions TRAIN =
      new Interactions(
          new int[] {0, 1, 1, 1},
          new int[] {0, 0, 1, 1},
          new float[4],
          new boolean[] {true, true, false, false},
          new long[] {0, 1, 2, 3});

  @Test
  void theLogOddsOfItemAndUserAdd() {
    BiasModel model = BiasModel.learn(TRAIN, 3, 3);
    // The rate is 2.5 / 5 = 1/2, its logit 0; item 0: (2 + 1.5) / 5 = 0.7, odds 7/3;
    // user 1: (1 + 1.5) / 6 = 5/12, odds 5/7; the product of the odds is 5/3.
    assertThat(model.probability(1, 0)).isCloseTo(5.0 / 8, within(1e-12));
  }

  @Test
  void whoIsUnknownCountsAsAverage() {
    BiasModel model = BiasModel.learn(TRAIN, 3, 3);
    assertThat(model.probability(2, 2)).isCloseTo(0.5, within(1e-12));
    assertThat(model.probability(2, 0)).isCloseTo(0.7, within(1e-12));
  }

  @Test
  void labelsAllTheSameGiveFiniteProbabilities() {
    Interactions liked =
        new Interactions(
            new int[2], new int[2], new float[2], new boolean[] {true, true}, new long[2]);
    assertThat(BiasModel.learn(liked, 1, 1).probability(0, 0)).isStrictlyBetween(0.5, 1.0);
  }

  @Test
  void nothingToLearnFromIsRefused() {
    Interactions none =
        new Interactions(new int[0], new int[0], new float[0], new boolean[0], new long[0]);
    assertThatThrownBy(() -> BiasModel.learn(none, 1, 1)).hasMessage("no training interactions");
  }

  @Test
  void reachesTheKnownFigureOnTheCollmSplit() throws IOException {
    Path data =
        Path.of(
            Objects.requireNonNullElse(System.getenv("OPTIRAG_TEST_DATA"), "../../shared/data"));
    Path folder = data.resolve("ml-1m-collm");
    Assumptions.assumeTrue(
        Files.isDirectory(folder), "MovieLens may not be passed on: no " + folder + " here");
    Interactions train = read(folder.resolve("train.csv.gz"));
    BiasModel model = BiasModel.learn(train, 7000, 4000);
    Metrics valid = measure(model, read(folder.resolve("valid.csv.gz")));
    assertThat(valid.auc().value()).isCloseTo(0.7342, within(5e-5));
    assertThat(valid.uauc().value()).isCloseTo(0.6877, within(5e-5));
    Metrics test = measure(model, read(folder.resolve("test.csv.gz")));
    assertThat(test.auc().value()).isCloseTo(0.7326, within(5e-5));
    assertThat(test.uauc().value()).isCloseTo(0.6786, within(5e-5));
  }

  private static Metrics measure(BiasModel model, Interactions impressions) {
    return Evaluator.of(impressions, Requests.Grouping.DEFAULT, Integer.MAX_VALUE, 1)
        .evaluate(model, Progress.silent())
        .metrics();
  }

  /** Reads uid, iid, label, timestamp; the ids serve as numbers. */
  private static Interactions read(Path file) throws IOException {
    List<long[]> rows;
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      rows = lines.lines().skip(1).map(BiasModelTest::row).sorted(BY_TIME).toList();
    }
    int n = rows.size();
    boolean[] labels = new boolean[n];
    for (int i = 0; i < n; i++) {
      labels[i] = rows.get(i)[2] == 1;
    }
    return new Interactions(
        rows.stream().mapToInt(row -> (int) row[0]).toArray(),
        rows.stream().mapToInt(row -> (int) row[1]).toArray(),
        new float[n],
        labels,
        rows.stream().mapToLong(row -> row[3]).toArray());
  }

  private static final Comparator<long[]> BY_TIME = Comparator.comparingLong(row -> row[3]);

  private static long[] row(String line) {
    String[] cells = line.split(",", -1);
    return new long[] {
      Long.parseLong(cells[0]),
      Long.parseLong(cells[1]),
      Long.parseLong(cells[2]),
      Long.parseLong(cells[3])
    };
  }
}

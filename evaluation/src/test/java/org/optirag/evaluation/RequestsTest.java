package org.optirag.evaluation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.optirag.dataset.Interactions;
import org.optirag.evaluation.Requests.Grouping;
import org.optirag.evaluation.Requests.Request;

final class RequestsTest {
  @Test
  void aRequestTakesTheUsersNextImpressionsWithinTheWindow() {
    Interactions impressions =
        impressions(new int[] {1, 2, 1, 1, 2}, new long[] {0, 5, 10, 11, 30});
    assertThat(Requests.group(impressions, new Grouping(10, 20)))
        .containsExactly(
            new Request(1, 0, List.of(0, 2)),
            new Request(2, 5, List.of(1)),
            new Request(1, 11, List.of(3)),
            new Request(2, 30, List.of(4)));
  }

  @Test
  void aFullRequestIsFollowedByAnother() {
    Interactions impressions = impressions(new int[] {1, 1, 1}, new long[] {0, 1, 2});
    assertThat(Requests.group(impressions, new Grouping(100, 2)))
        .containsExactly(new Request(1, 0, List.of(0, 1)), new Request(1, 2, List.of(2)));
  }

  @Test
  void whatWasShownTogetherIsOneRequestWhateverItsSizeAndTheWindow() {
    Interactions impressions =
        new Interactions(
            new int[] {1, 2, 1, 1, 2, 1},
            new int[6],
            new float[6],
            new boolean[6],
            new long[] {0, 0, 0, 500, 600, 600},
            new int[] {4, 9, 4, 4, -1, -1});
    for (Grouping grouping : List.of(Grouping.POINTWISE, Grouping.DEFAULT, new Grouping(0, 2))) {
      assertThat(Requests.group(impressions, grouping))
          .containsExactly(
              new Request(1, 0, List.of(0, 2, 3)),
              new Request(2, 0, List.of(1)),
              new Request(2, 600, List.of(4)),
              new Request(1, 600, List.of(5)));
    }
  }

  @Test
  void largeRequestsAreDealtToSeveralAlike() {
    Request large = new Request(3, 70, IntStream.range(10, 15).boxed().toList());
    Request small = new Request(4, 80, List.of(20, 21));
    assertThat(Requests.parted(List.of(large, small), 2))
        .containsExactly(
            new Request(3, 70, List.of(10, 13)),
            new Request(3, 70, List.of(11, 14)),
            new Request(3, 70, List.of(12)),
            small);
    assertThat(Requests.parted(List.of(large, small), 5)).containsExactly(large, small);
  }

  @Test
  void everyImpressionIsInOneRequestAndNoneBeforeItsTime() {
    for (long seed = 0; seed < 50; seed++) {
      Interactions impressions = random(seed);
      Grouping grouping = new Grouping(new Random(seed).nextInt(40), 5);
      List<Request> requests = Requests.group(impressions, grouping);
      assertThat(requests.stream().flatMap(request -> request.rows().stream()).sorted())
          .as("seed %d", seed)
          .containsExactlyElementsOf(IntStream.range(0, impressions.size()).boxed().toList());
      for (Request request : requests) {
        assertThat(request.rows()).as("seed %d", seed).isSorted().hasSizeBetween(1, 5);
        for (int row : request.rows()) {
          assertThat(impressions.user(row)).isEqualTo(request.user());
          assertThat(impressions.time(row))
              .as("seed %d row %d", seed, row)
              .isBetween(request.time(), request.time() + grouping.window());
        }
      }
    }
  }

  @Test
  void aSampleHoldsAsManyImpressionsAsAskedInWholeRequestsButTheLast() {
    List<Request> all = Requests.group(random(3), Grouping.DEFAULT);
    for (int n : new int[] {1, 17, 60}) {
      List<Request> sample = Requests.sample(all, n, 9);
      assertThat(sample.stream().mapToInt(request -> request.rows().size()).sum()).isEqualTo(n);
      assertThat(sample.stream().filter(request -> !all.contains(request)).count())
          .isLessThanOrEqualTo(1);
    }
    assertThat(Requests.sample(all, 60, 9))
        .isEqualTo(Requests.sample(all, 60, 9))
        .isNotEqualTo(Requests.sample(all, 60, 10));
    assertThat(Requests.sample(all, 1000, 9)).isEqualTo(all);
  }

  private static Interactions impressions(int[] users, long[] times) {
    int n = users.length;
    return new Interactions(users, new int[n], new float[n], new boolean[n], times);
  }

  private static Interactions random(long seed) {
    Random random = new Random(seed);
    int[] users = random.ints(200, 0, 8).toArray();
    long[] times = random.longs(200, 0, 300).toArray();
    Arrays.sort(times);
    return impressions(users, times);
  }
}

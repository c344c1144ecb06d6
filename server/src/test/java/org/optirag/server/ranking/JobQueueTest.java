package org.optirag.server.ranking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Turns of clients by hand: a quantum of ten tokens. */
class JobQueueTest {
  private static final int QUANTUM = 10;

  private final JobQueue queue = new JobQueue(QUANTUM);
  private final FakeModel model = new FakeModel("one");
  private long number;

  /** Something that waits; what is added earlier is due earlier among equal seconds. */
  private Job add(String client, int tokens, int seconds) {
    Job job =
        new Job(
            Caller.now(client, Duration.ofSeconds(seconds)),
            model,
            FakeModel.prompt((int) number, tokens),
            null,
            number++);
    queue.add(job);
    return job;
  }

  private List<Job> order() {
    return queue.inTurn().stream().map(JobQueue.Turn::job).toList();
  }

  private Job take(Job first) {
    assertThat(queue.takeTogether(first, first.tokens())).containsExactly(first);
    return first;
  }

  @Test
  void eachClientHasAQuantumInARoundWhateverIsDue() {
    Job heavyA = add("heavy", 10, 1);
    Job heavyB = add("heavy", 10, 2);
    Job heavyC = add("heavy", 10, 3);
    Job light = add("light", 10, 50);
    assertThat(order()).containsExactly(heavyA, light, heavyB, heavyC);
    assertThat(queue.inTurn()).extracting(JobQueue.Turn::round).containsExactly(0L, 0L, 1L, 2L);
  }

  @Test
  void smallJobsShareARoundAndLargeOnesCostSeveral() {
    Job large = add("large", 35, 1);
    Job after = add("large", 5, 2);
    Job one = add("small", 4, 10);
    Job two = add("small", 4, 11);
    Job three = add("small", 4, 12); // begun within the first round
    Job four = add("small", 4, 13);
    assertThat(order()).containsExactly(large, one, two, three, four, after);
    assertThat(queue.inTurn())
        .extracting(JobQueue.Turn::round)
        .containsExactly(0L, 0L, 0L, 0L, 1L, 3L);
  }

  @Test
  void aPassIsFilledInTheSameOrder() {
    Job heavyA = add("heavy", 10, 1);
    add("heavy", 10, 2);
    Job light = add("light", 10, 50);
    assertThat(queue.takeTogether(heavyA, 2 * QUANTUM)).containsExactly(heavyA, light);
  }

  @Test
  void whatAClientDidNotUseIsNoCredit() {
    Job first = add("heavy", 10, 1);
    Job second = add("heavy", 10, 2);
    Job third = add("heavy", 10, 3);
    Job fourth = add("heavy", 10, 4);
    take(first);
    take(second); // the heavy one is two rounds on
    Job lightA = add("light", 10, 50);
    Job lightB = add("light", 10, 51);
    Job lightC = add("light", 10, 52);
    assertThat(order())
        .as("the light one begins where the heavy one is")
        .containsExactly(third, lightA, fourth, lightB, lightC);
  }

  @Test
  void whoHasNothingLeftWaitsNoLongerForItsRounds() {
    take(add("heavy", 50, 1));
    assertThat(queue.isEmpty()).isTrue();
    Job light = add("light", 10, 50);
    Job heavy = add("heavy", 10, 1);
    assertThat(order())
        .as("what was used is forgotten with the last job")
        .containsExactly(heavy, light);
  }
}

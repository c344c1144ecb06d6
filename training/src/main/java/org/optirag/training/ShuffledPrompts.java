package org.optirag.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.optirag.backbone.LabelledPrompt;
import org.optirag.workspace.UserException;

/**
 * Prompts in memory, grouped into batches of about the same number of tokens once, and run through
 * in another order each epoch.
 */
public final class ShuffledPrompts implements ExampleSource {
  private final List<List<LabelledPrompt>> batches = new ArrayList<>();
  private final long seed;

  /**
   * @param batchTokens most tokens a batch; a longer prompt is a batch of its own
   * @param batchPrompts most prompts a batch
   * @param seed of the grouping and the order
   * @throws UserException if there is no prompt
   */
  public ShuffledPrompts(
      List<LabelledPrompt> prompts, int batchTokens, int batchPrompts, long seed) {
    if (prompts.isEmpty()) {
      throw new UserException(
          "There is no example to train on.",
          "Choose another split, or fewer conditions on users and items.");
    }
    this.seed = seed;
    List<LabelledPrompt> batch = new ArrayList<>();
    int tokens = 0;
    for (int number : order(prompts.size(), new Random(seed))) {
      LabelledPrompt prompt = prompts.get(number);
      int more = prompt.tokens().tokens();
      if (!batch.isEmpty() && (tokens + more > batchTokens || batch.size() == batchPrompts)) {
        batches.add(batch);
        batch = new ArrayList<>();
        tokens = 0;
      }
      batch.add(prompt);
      tokens += more;
    }
    batches.add(batch);
  }

  @Override
  public int batches() {
    return batches.size();
  }

  @Override
  public List<LabelledPrompt> batch(int epoch, int number) {
    return batches.get(order(batches.size(), new Random(seed + 31L * (epoch + 1)))[number]);
  }

  /** A permutation of 0 to n − 1 (Fisher and Yates). */
  private static int[] order(int n, Random random) {
    int[] order = new int[n];
    Arrays.setAll(order, i -> i);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }
}

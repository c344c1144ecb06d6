package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/** Which worker takes which prompts of a batch; the same for the same batch. */
final class WorkPartition {

  /** What a worker does with its prompts. */
  @FunctionalInterface
  interface Work<T> {
    /**
     * @param part number of the worker
     * @param prompts numbers of its prompts
     */
    T on(int part, int[] prompts);
  }

  private final List<int[]> parts = new ArrayList<>();
  private final int[] firstCandidate;
  private final int candidates;
  private final List<PackedPrompt> prompts;

  private WorkPartition(List<PackedPrompt> prompts, int workers) {
    this.prompts = prompts;
    this.firstCandidate = new int[prompts.size()];
    int count = 0;
    for (int i = 0; i < prompts.size(); i++) {
      firstCandidate[i] = count;
      count += prompts.get(i).candidates().size();
    }
    this.candidates = count;
    // The longest prompt first, each to the worker with the least to do.
    long[] load = new long[Math.min(workers, prompts.size())];
    int[] owner = new int[prompts.size()];
    IntStream.range(0, prompts.size())
        .boxed()
        .sorted(Comparator.comparingInt((Integer i) -> -prompts.get(i).tokens()))
        .forEach(i -> {
          int least = 0;
          for (int w = 1; w < load.length; w++) {
            least = load[w] < load[least] ? w : least;
          }
          owner[i] = least;
          load[least] += prompts.get(i).tokens();
        });
    for (int w = 0; w < load.length; w++) {
      int worker = w;
      parts.add(IntStream.range(0, prompts.size()).filter(i -> owner[i] == worker).toArray());
    }
  }

  static WorkPartition of(List<PackedPrompt> prompts, TrainingOptions options) {
    if (prompts.isEmpty()) {
      throw new IllegalArgumentException("a batch without prompts");
    }
    return new WorkPartition(prompts, options.workers());
  }

  /** The results of all parts, in order. */
  <T> List<T> run(ExecutorService workers, Work<T> work) {
    List<Callable<T>> tasks = new ArrayList<>();
    for (int part = 0; part < parts.size(); part++) {
      int number = part;
      tasks.add(() -> work.on(number, parts.get(number)));
    }
    List<T> results = new ArrayList<>();
    try {
      for (Future<T> future : workers.invokeAll(tasks)) {
        results.add(future.get());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while training", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
    return results;
  }

  /** Puts logits [heads, candidates, 2] of the parts in the batch's order. */
  float[][][] join(int heads, List<float[][][]> ofParts) {
    float[][][] joined = new float[heads][candidates][];
    for (int part = 0; part < ofParts.size(); part++) {
      int at = 0;
      for (int prompt : parts.get(part)) {
        for (int c = 0; c < prompts.get(prompt).candidates().size(); c++) {
          for (int h = 0; h < heads; h++) {
            joined[h][firstCandidate[prompt] + c] = ofParts.get(part)[h][at];
          }
          at++;
        }
      }
    }
    return joined;
  }

  /** Losses that are sums over the parts' candidates become means over all. */
  BatchLoss sum(List<BatchLoss> losses) {
    int heads = losses.getFirst().crossEntropies().length;
    double weight = 0;
    double loss = 0;
    double[] entropies = new double[heads];
    for (BatchLoss part : losses) {
      weight += part.weight();
      loss += part.loss();
      for (int h = 0; h < heads; h++) {
        entropies[h] += part.crossEntropies()[h];
      }
    }
    double divisor = weight == 0 ? 1 : weight;
    for (int h = 0; h < heads; h++) {
      entropies[h] /= divisor;
    }
    float[][][] logits = join(heads, losses.stream().map(BatchLoss::logits).toList());
    return new BatchLoss(weight, loss / divisor, entropies, logits);
  }
}

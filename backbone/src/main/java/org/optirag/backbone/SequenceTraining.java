package org.optirag.backbone;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.optirag.workspace.Progress;
import org.optirag.workspace.Remark;

/**
 * Trains a model of sequences on all positions of all sequences at once: by a softmax of each liked
 * item against items drawn as often as they were liked, and by the cross-entropy of what was
 * judged. The drawing is not corrected, so the score says how much likelier an item comes next than
 * its popularity alone makes it. Single-threaded; the same seed gives the same model while nothing
 * else in the process draws libtorch's random numbers.
 */
public final class SequenceTraining {
  private static final AdamW ADAM = new AdamW(0.9, 0.98, 1e-8, 0, 1);

  /** One sequence of so many tells when to stop. */
  private static final int HELD_OUT = 20;

  private static final int WARM_UP = 100;
  private static final double LAST_RATE = 0.02; // of the highest

  private final SequenceModel model;
  private final float[][] texts;
  private final int[] own;
  private final int[] drawn;
  private final Settings settings;
  private final SplittableRandom random;
  private final Gradients gradients;
  private long steps;

  /**
   * How it is trained.
   *
   * @param epochs over all sequences; there are fewer where the held-out loss stops falling
   * @param patience epochs without a lower held-out loss before it ends
   * @param rate the highest learning rate
   * @param batch most tokens of a step, filled up to the longest sequence
   * @param negatives drawn items a step
   * @param dropout share of the residual stream's values left out
   * @param unknown how often an item's own vector is left out
   * @param judged weight of the cross-entropy of what was judged; 0 for none
   * @param seed of everything drawn
   */
  public record Settings(
      int epochs,
      int patience,
      double rate,
      int batch,
      int negatives,
      double dropout,
      double unknown,
      double judged,
      long seed) {
    /** What two cores learn in minutes. */
    public static Settings usual(boolean judged, long seed) {
      return new Settings(9, 3, 2e-3, 3_072, 512, 0.2, 0.3, judged ? 1 : 0, seed);
    }
  }

  /** Sums of losses over what they were summed over. */
  private record Losses(double next, int nexts, double judged, int judgements) {
    static final Losses NONE = new Losses(0, 0, 0, 0);

    Losses and(Losses more) {
      return new Losses(
          next + more.next, nexts + more.nexts, judged + more.judged, judgements + more.judgements);
    }

    double mean(double weight) {
      return (nexts == 0 ? 0 : next / nexts) + weight * (judgements == 0 ? 0 : judged / judgements);
    }
  }

  SequenceTraining(
      SequenceModel model, float[][] texts, int[] own, int[] drawn, Settings settings) {
    this.model = model;
    this.texts = texts;
    this.own = own;
    this.drawn = drawn;
    this.settings = settings;
    this.random = new SplittableRandom(settings.seed());
    this.gradients = new Gradients(model.parameters());
  }

  /**
   * Trains a model.
   *
   * @param texts [items][text], the vectors of the items' texts
   * @param own for each item the row of its own vector, or -1 for none
   * @param sequences to learn from, none longer than the shape's length
   * @param progress counts epochs
   * @return the model as it was when the held-out loss was lowest
   * @throws IllegalArgumentException if nothing is liked, or a sequence is too long
   */
  public static SequenceReader train(
      SequenceShape shape,
      float[][] texts,
      int[] own,
      List<LabelledSequence> sequences,
      Settings settings,
      Progress progress) {
    Libtorch.load();
    int[] drawn = sequences.stream().flatMapToInt(s -> Arrays.stream(likes(s))).toArray();
    if (drawn.length == 0) {
      throw new IllegalArgumentException("nothing is liked");
    }
    if (sequences.stream().anyMatch(s -> s.items().length > shape.length())) {
      throw new IllegalArgumentException("a sequence is longer than " + shape.length());
    }
    torch.manual_seed(settings.seed());
    SequenceModel model = new SequenceModel(shape, settings.seed());
    try {
      new SequenceTraining(model, texts, own, drawn, settings).run(sequences, progress);
      return new SequenceReader(model);
    } catch (RuntimeException | Error e) {
      model.close();
      throw e;
    }
  }

  private static int[] likes(LabelledSequence sequence) {
    int[] items = sequence.items();
    return IntStream.range(0, items.length)
        .filter(i -> sequence.liked()[i])
        .map(i -> items[i])
        .toArray();
  }

  private void run(List<LabelledSequence> all, Progress progress) {
    List<LabelledSequence> shuffled = new ArrayList<>(all);
    Collections.shuffle(shuffled, new Random(settings.seed()));
    int held = all.size() < HELD_OUT ? 0 : all.size() / HELD_OUT;
    List<List<LabelledSequence>> heldOut = batches(shuffled.subList(0, held));
    List<LabelledSequence> learned = shuffled.subList(held, shuffled.size());
    long total = (long) settings.epochs() * batches(learned).size();
    double best = Double.POSITIVE_INFINITY;
    float[][] kept = values();
    int worse = 0;
    try (Progress.Task task = progress.begin("train sequence model", settings.epochs(), "epoch")) {
      for (int epoch = 1; epoch <= settings.epochs() && worse < settings.patience(); epoch++) {
        Losses loss = Losses.NONE;
        for (List<LabelledSequence> batch : batches(learned)) {
          loss = loss.and(step(batch, rate(total)));
        }
        double reached = heldOut.isEmpty() ? -epoch : loss(heldOut);
        worse = reached < best ? 0 : worse + 1;
        if (reached < best) {
          best = reached;
          kept = values();
        }
        task.advance(1);
        task.note(
            Remark.NONE
                .figure("loss", loss.mean(settings.judged()))
                .figure("held out", heldOut.isEmpty() ? Double.NaN : reached)
                .text());
      }
    }
    restore(kept);
  }

  private double rate(long total) {
    double done = Math.min(1, (double) steps / total);
    double cosine = LAST_RATE + (1 - LAST_RATE) * (1 + Math.cos(Math.PI * done)) / 2;
    return settings.rate() * Math.min(1, (steps + 1.0) / WARM_UP) * cosine;
  }

  private float[][] values() {
    return model.parameters().stream().map(p -> p.values().clone()).toArray(float[][]::new);
  }

  private void restore(float[][] values) {
    for (int i = 0; i < values.length; i++) {
      Parameter parameter = model.parameters().get(i);
      System.arraycopy(values[i], 0, parameter.values(), 0, values[i].length);
      parameter.publish();
    }
  }

  /** Sequences of like lengths together, in a drawn order. */
  private List<List<LabelledSequence>> batches(List<LabelledSequence> sequences) {
    List<LabelledSequence> sorted = new ArrayList<>(sequences);
    Collections.shuffle(sorted, new Random(random.nextLong()));
    sorted.sort(Comparator.comparingInt(sequence -> sequence.items().length));
    List<List<LabelledSequence>> batches = new ArrayList<>();
    List<LabelledSequence> batch = new ArrayList<>();
    for (LabelledSequence sequence : sorted) {
      if (!batch.isEmpty()
          && (batch.size() + 1) * (sequence.items().length + 1) > settings.batch()) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(sequence);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    Collections.shuffle(batches, new Random(random.nextLong()));
    return batches;
  }

  private Losses step(List<LabelledSequence> batch, double rate) {
    Losses losses;
    try (PointerScope scope = new PointerScope()) {
      losses = losses(new SequenceBatch(batch, this::draw), true);
    }
    double norm = gradients.norm();
    if (Double.isFinite(norm)) {
      steps++;
      if (norm > ADAM.maxNorm()) {
        gradients.scale(ADAM.maxNorm() / norm);
      }
      for (Parameter parameter : model.parameters()) {
        ADAM.update(parameter, gradients.of(parameter), rate, steps);
      }
    }
    gradients.clear();
    return losses;
  }

  private double loss(List<List<LabelledSequence>> batches) {
    Losses sum = Losses.NONE;
    for (List<LabelledSequence> batch : batches) {
      try (PointerScope scope = new PointerScope();
          NoGradGuard guard = new NoGradGuard()) {
        sum = sum.and(losses(new SequenceBatch(batch, this::draw), false));
      }
    }
    return sum.mean(settings.judged());
  }

  /** The mean losses of a batch, the second by its weight, without learning. */
  double mean(SequenceBatch batch) {
    return losses(batch, false).mean(settings.judged());
  }

  private int[] draw() {
    int[] negatives = new int[settings.negatives()];
    Arrays.setAll(negatives, i -> drawn[random.nextInt(drawn.length)]);
    return negatives;
  }

  private Losses losses(SequenceBatch batch, boolean learn) {
    int[] items = batch.items();
    Tensor vectors = model.items(texts(items), rows(items), kept(items, learn));
    Tensor tokens =
        vectors
            .index_select(0, Tensors.indices(batch.tokens()))
            .view(batch.sequences(), batch.length(), model.shape().width());
    Tensor liked = Tensors.indices(batch.liked()).view(batch.sequences(), batch.length());
    Tensor states =
        model.states(tokens, liked, learn ? settings.dropout() : 0).view(-1, model.shape().width());
    Tensor total = torch.zeros(1).sum();
    double next = 0;
    double judged = 0;
    int nexts = batch.nextItems().length;
    int judgements = settings.judged() == 0 ? 0 : batch.candidates().length;
    if (nexts > 0) {
      Tensor loss = next(states, vectors, batch);
      next = loss.item_float();
      total = total.add(Tensors.scaled(loss, 1.0 / nexts));
    }
    if (judgements > 0) {
      Tensor loss = judged(states, vectors, batch);
      judged = loss.item_float();
      total = total.add(Tensors.scaled(loss, settings.judged() / judgements));
    }
    if (learn && nexts + judgements > 0) {
      gradients.differentiate(List.of(total), List.of(), List.of(), model.parameters());
    }
    return new Losses(next, nexts, judged, judgements);
  }

  /** Σ −log softmax of the right item among itself and the drawn ones, a scalar. */
  private Tensor next(Tensor states, Tensor vectors, SequenceBatch batch) {
    Tensor right = Tensors.indices(batch.nextItems());
    Tensor drawn = Tensors.indices(batch.negatives());
    Tensor asked = model.next(states.index_select(0, Tensors.indices(batch.nextRows())));
    Tensor ofRight = asked.mul(vectors.index_select(0, right)).sum(-1);
    Tensor ofDrawn =
        asked
            .matmul(vectors.index_select(0, drawn).t())
            // the right item, drawn, does not count against itself
            .masked_fill(right.unsqueeze(1).eq(drawn.unsqueeze(0)), new Scalar(-1e9));
    Tensor all = Tensors.concat(1, ofRight.unsqueeze(1), ofDrawn);
    return torch.logsumexp(all, 1).sub(ofRight).sum();
  }

  /** Σ cross-entropy, a scalar. */
  private Tensor judged(Tensor states, Tensor vectors, SequenceBatch batch) {
    Tensor asked = model.likes(states.index_select(0, Tensors.indices(batch.candidateRows())));
    Tensor odds =
        asked
            .mul(vectors.index_select(0, Tensors.indices(batch.candidates())))
            .sum(-1)
            .add(model.bias());
    Tensor labels = Tensors.filled(new long[] {batch.labels().length}, b -> b.put(batch.labels()));
    return torch.softplus(odds).sub(labels.mul(odds)).sum();
  }

  private Tensor texts(int[] items) {
    return Tensors.filled(
        new long[] {items.length, model.shape().text()},
        buffer -> {
          for (int item : items) {
            buffer.put(texts[item]);
          }
        });
  }

  private Tensor rows(int[] items) {
    return Tensors.indices(Arrays.stream(items).map(item -> Math.max(0, own[item])).toArray());
  }

  private Tensor kept(int[] items, boolean learn) {
    return Tensors.filled(
        new long[] {items.length, 1},
        buffer -> {
          for (int item : items) {
            boolean left = learn && random.nextDouble() < settings.unknown();
            buffer.put(own[item] < 0 || left ? 0 : 1);
          }
        });
  }
}

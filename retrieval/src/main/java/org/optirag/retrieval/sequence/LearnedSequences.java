package org.optirag.retrieval.sequence;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.optirag.backbone.LabelledSequence;
import org.optirag.dataset.Behaviours;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;

/**
 * What users did, cut into sequences that a model can read. A token is what {@link
 * org.optirag.retrieval.VisibleHistory#history} tells: every interaction, or the likes alone where
 * it is known what was shown together. Judged is each interaction with a label, after what came
 * strictly before it.
 *
 * @param sequences of all users
 * @param items that have a vector of their own: those liked at least twice, the most liked first
 * @param rows for each item of the data its place among these, or -1
 * @param judged whether there is anything that was not liked
 */
record LearnedSequences(List<LabelledSequence> sequences, int[] items, int[] rows, boolean judged) {
  private static final int FEWEST_LIKES = 2;

  /** Others are read by their text alone: these take 50 MB. */
  private static final int MOST_ITEMS = 100_000;

  /** Characters of their ids together, which stand in the head of a file. */
  private static final int MOST_CHARACTERS = 2_000_000;

  /** Less of the rows tells too little of what is not liked. */
  private static final double FEWEST_DISLIKES = 0.01;

  static LearnedSequences of(Interactions learned, Dataset data, int length) {
    int[] likes = new int[data.items().size()];
    int dislikes = 0;
    for (int row = 0; row < learned.size(); row++) {
      if (learned.label(row)) {
        likes[learned.item(row)]++;
      } else {
        dislikes++;
      }
    }
    int[] items = known(likes, data.items().ids());
    int[] rows = new int[likes.length];
    Arrays.fill(rows, -1);
    for (int place = 0; place < items.length; place++) {
      rows[items[place]] = place;
    }
    boolean judged = dislikes >= FEWEST_DISLIKES * learned.size() && dislikes > 0;
    Behaviours byUser = new Behaviours(learned, data.users().size(), data.items().size());
    List<LabelledSequence> sequences = new ArrayList<>();
    for (int user = 0; user < data.users().size(); user++) {
      int[] all = byUser.ofUser(user, Long.MAX_VALUE);
      if (all.length > 0) {
        sequences.addAll(ofUser(learned, all, length));
      }
    }
    return new LearnedSequences(sequences, items, rows, judged);
  }

  private static int[] known(int[] likes, IdIndex ids) {
    int[] sorted =
        IntStream.range(0, likes.length)
            .filter(item -> likes[item] >= FEWEST_LIKES)
            .boxed()
            .sorted(Comparator.comparingInt((Integer item) -> -likes[item]))
            .limit(MOST_ITEMS)
            .mapToInt(Integer::intValue)
            .toArray();
    int characters = 0;
    int kept = 0;
    while (kept < sorted.length && characters < MOST_CHARACTERS) {
      characters += ids.id(sorted[kept++]).length();
    }
    return Arrays.copyOf(sorted, kept);
  }

  /** In windows of so many tokens; who was judged after n of them stands with the n-th. */
  private static List<LabelledSequence> ofUser(Interactions learned, int[] all, int length) {
    boolean likesAlone = learned.hasRequests();
    int[] tokens = Arrays.stream(all).filter(row -> !likesAlone || learned.label(row)).toArray();
    List<LabelledSequence> sequences = new ArrayList<>();
    int next = 0; // of what was judged
    int from = 0;
    do {
      int to = Math.min(tokens.length, from + length);
      boolean last = to == tokens.length;
      IntStream.Builder read = IntStream.builder();
      List<Integer> judged = new ArrayList<>();
      while (next < all.length) {
        int before = before(learned, tokens, learned.time(all[next]));
        if (before > to && !last) {
          break;
        }
        read.add(Math.min(before, to) - from);
        judged.add(all[next++]);
      }
      sequences.add(sequence(learned, Arrays.copyOfRange(tokens, from, to), read, judged));
      from = to;
    } while (from < tokens.length);
    return sequences;
  }

  private static LabelledSequence sequence(
      Interactions learned, int[] tokens, IntStream.Builder read, List<Integer> judged) {
    boolean[] liked = new boolean[tokens.length];
    boolean[] labels = new boolean[judged.size()];
    for (int i = 0; i < liked.length; i++) {
      liked[i] = learned.label(tokens[i]);
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = learned.label(judged.get(i));
    }
    return new LabelledSequence(
        Arrays.stream(tokens).map(learned::item).toArray(),
        liked,
        read.build().toArray(),
        judged.stream().mapToInt(learned::item).toArray(),
        labels);
  }

  /** How many tokens lie strictly before a moment. */
  private static int before(Interactions learned, int[] tokens, long time) {
    int low = 0;
    int high = tokens.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (learned.time(tokens[middle]) < time) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
}

package org.optirag.server.live;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.IdIndex;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.Items;
import org.optirag.dataset.Part;
import org.optirag.dataset.PublishedSplit;
import org.optirag.dataset.Split;
import org.optirag.dataset.Users;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.GraphSource;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.RequestPrompts;
import org.optirag.recommender.Retrievers;
import org.optirag.recommender.knowledge.Event;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Embeddings;
import org.optirag.retrieval.FeatureScaling;
import org.optirag.retrieval.Graph;
import org.optirag.retrieval.GraphSnapshot;
import org.optirag.retrieval.LightGcn;
import org.optirag.retrieval.ReluFeatures;
import org.optirag.retrieval.RetrieverSettings;
import org.optirag.scoring.ChatFormat;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.server.store.EventStore;

/**
 * A made-up data set: even users like even films, odd users odd ones, now and then another. A tenth
 * of the rows is held out at the end.
 */
final class Town {
  static final int USERS = 40;
  static final int ITEMS = 60;
  static final int ROWS = 900;

  /** When the data end. */
  static final long END = 1_700_000_000L;

  static final PromptSettings PROMPTS =
      new PromptSettings(ChatFormat.PLAIN, 20_000, 200, true, true, true, 3, true);

  /** Nothing is scaled away: what differs by a bit is seen. */
  static final FeatureSchema FEATURES =
      FeatureSchema.of(
          CandidateFeatures.NAMES,
          new FeatureScaling(new float[CandidateFeatures.NAMES.size()], thousands()),
          new ReluFeatures(new float[0][], new float[0]));

  final AtomicLong now = new AtomicLong(END + 1_000);
  final Dataset data;
  final Split split;

  private Town(Dataset data, Split split) {
    this.data = data;
    this.split = split;
  }

  private static float[] thousands() {
    float[] all = new float[CandidateFeatures.NAMES.size()];
    Arrays.fill(all, 1_000);
    return all;
  }

  static Town of(long seed) {
    return of(seed, true, false);
  }

  /**
   * @param timed whether times are seconds
   * @param published whether the data came with a split, so that only likes are fed back
   */
  static Town of(long seed, boolean timed, boolean published) {
    Random random = new Random(seed);
    int[] users = random.ints(ROWS, 0, USERS).toArray();
    int[] items = random.ints(ROWS, 0, ITEMS).toArray();
    float[] ratings = new float[ROWS];
    boolean[] labels = new boolean[ROWS];
    long[] times = new long[ROWS];
    for (int row = 0; row < ROWS; row++) {
      labels[row] = (users[row] % 2 == items[row] % 2) == (random.nextInt(10) > 0);
      ratings[row] = labels[row] ? 5 : 2;
      times[row] = timed ? END - 7_000L * (ROWS - row) : row;
    }
    Interactions all = new Interactions(users, items, ratings, labels, times);
    return of(all, timed, published);
  }

  static Town of(Interactions all, boolean timed, boolean published) {
    int rows = all.size();
    int held = rows * 9 / 10;
    Part[] parts = new Part[published ? rows : 0];
    for (int row = 0; row < parts.length; row++) {
      parts[row] = row < held ? Part.TRAIN : Part.TEST;
    }
    int users = 1 + IntStream.range(0, rows).map(all::user).max().orElseThrow();
    int items = 1 + IntStream.range(0, rows).map(all::item).max().orElseThrow();
    Dataset data =
        new Dataset(
            "town",
            "film",
            new Users(
                ids("u", Math.max(users, USERS)),
                IntStream.range(0, Math.max(users, USERS))
                    .mapToObj(u -> u < USERS ? List.of(new Field("age", "" + u)) : List.<Field>of())
                    .toList()),
            new Items(
                ids("i", Math.max(items, ITEMS)),
                IntStream.range(0, Math.max(items, ITEMS)).mapToObj(Town::title).toList(),
                IntStream.range(0, Math.max(items, ITEMS))
                    .mapToObj(
                        i -> List.of(new Field("genres", i % 2 == 0 ? "Drama, War" : "Comedy")))
                    .toList()),
            all,
            published ? PublishedSplit.of(parts) : PublishedSplit.none(),
            timed);
    return new Town(
        data,
        new Split(
            all.filter(row -> row < held),
            all.filter(row -> false),
            all.filter(row -> row >= held)));
  }

  static String title(int item) {
    return "Film %03d (%d)".formatted(item, 1950 + item % 70);
  }

  private static IdIndex ids(String prefix, int n) {
    return new IdIndex(IntStream.range(0, n).mapToObj(i -> prefix + i).toList());
  }

  LiveData open(EventStore store) {
    return open(store, Duration.ofMillis(5));
  }

  LiveData open(EventStore store, Duration poll) {
    return open(store, poll, Room.ofHeap());
  }

  LiveData open(EventStore store, Duration poll, Room room) {
    // An hour: the tests say when the snapshot is renewed.
    return LiveData.open(
        data,
        split,
        store,
        new LiveSettings(Duration.ofHours(1), poll),
        () -> Instant.ofEpochSecond(now.get()),
        room);
  }

  /** The training part's graph, with made-up embeddings propagated over it. */
  /** How prompts with a retriever are made. */
  RequestPrompts.Parts parts(Tokenizer tokenizer, RetrieverSettings retriever, long seed) {
    GraphSource graph = GraphSource.growing(() -> trained(seed));
    return new RequestPrompts.Parts(
        new PromptAssembler(data, tokenizer, PROMPTS),
        (snapshot, figures) ->
            new ScaledFeatures(figures::of, FEATURES.scaling(), FEATURES.units()),
        snapshot -> Retrievers.of(retriever, snapshot, graph));
  }

  GraphSnapshot trained(long seed) {
    Random random = new Random(seed);
    Graph graph = Graph.of(split.train(), data.users().size(), data.items().size());
    return new GraphSnapshot(
        graph,
        LightGcn.propagate(
            graph, embeddings(random, graph.users()), embeddings(random, graph.items()), 3));
  }

  private static Embeddings embeddings(Random random, int rows) {
    float[] values = new float[rows * 16];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return new Embeddings(rows, 16, values);
  }

  static Event.Interacted liked(String id, String user, String item, long time) {
    return new Event.Interacted(id, user, item, true, OptionalDouble.of(5), time);
  }

  static Event.Interacted disliked(String id, String user, String item, long time) {
    return new Event.Interacted(id, user, item, false, OptionalDouble.of(1), time);
  }

  static RankRequest query(String user, String... items) {
    List<CandidateItem> candidates = new ArrayList<>();
    for (String item : items) {
      candidates.add(CandidateItem.of(item));
    }
    return new RankRequest(user, candidates);
  }
}

package org.optirag.server.live;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Neighbour;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.UserUpdates;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.PromptSettings;
import org.optirag.scoring.ScaledFeatures;
import org.optirag.scoring.bundle.FeatureSchema;
import org.optirag.server.ranking.CandidateItem;
import org.optirag.server.ranking.PromptSource;
import org.optirag.server.ranking.RankQuery;
import org.optirag.server.ranking.UnknownItemException;

/**
 * The prompts of one bundle, of what is known at the moment of the request. Close it when the
 * bundle is no longer served: no snapshot keeps anything for its retriever then, and none will.
 */
public final class LivePrompts implements PromptSource, AutoCloseable {
  /** From here on the numbers of users and items that are known to this request alone. */
  private static final int UNKNOWN = Integer.MAX_VALUE - (1 << 20);

  private final LiveData live;
  private final LiveState liveState;
  private final PromptAssembler assembler;
  private final @Nullable FeatureSchema features;
  private final Function<KnowledgeSnapshot, SnapshotRetriever> retriever;

  /** Those that keep something for the retriever; weak, as they come and go by themselves. */
  private final Set<KnowledgeSnapshot> keepers = Collections.newSetFromMap(new WeakHashMap<>());

  private boolean closed; // guarded by keepers, as they are

  LivePrompts(
      LiveData live,
      LiveState liveState,
      Dataset data,
      Tokenizer tokenizer,
      PromptSettings settings,
      @Nullable FeatureSchema features,
      Function<KnowledgeSnapshot, SnapshotRetriever> retriever) {
    this.live = live;
    this.liveState = liveState;
    this.assembler = new PromptAssembler(data, tokenizer, settings);
    this.features = features;
    this.retriever = retriever;
  }

  /** Makes what the retriever needs of a snapshot, so that no request has to wait for it. */
  void prepare(KnowledgeSnapshot snapshot) {
    if (!isClosed()) {
      retriever(snapshot);
    }
  }

  /**
   * What the retriever needs of a snapshot. It is made without the lock, as that takes long; so
   * whoever finds the prompts closed afterwards takes back what he left with the snapshot.
   */
  private SnapshotRetriever retriever(KnowledgeSnapshot snapshot) {
    if (isClosed()) {
      return retriever.apply(snapshot);
    }
    SnapshotRetriever made = snapshot.retriever(this, retriever);
    synchronized (keepers) {
      if (closed) {
        snapshot.forget(this);
      } else {
        keepers.add(snapshot);
      }
    }
    return made;
  }

  private boolean isClosed() {
    synchronized (keepers) {
      return closed;
    }
  }

  @Override
  public Prepared prepare(RankQuery query) {
    // Numbers before the state: what has a number by now is in the state that is read after it.
    OptionalInt number = liveState.users().number(query.user());
    int user = number.orElse(UNKNOWN);
    int[] candidates = new int[query.candidates().size()];
    for (int c = 0; c < candidates.length; c++) {
      candidates[c] = number(query.candidates().get(c), c);
    }
    LiveState.State state = liveState.state();
    KnowledgeSnapshot snapshot = state.snapshot();
    RequestTexts texts = new RequestTexts(snapshot, state.delta(), liveState.items());
    for (int c = 0; c < candidates.length; c++) {
      bring(query.candidates().get(c), candidates[c], texts);
    }
    UserUpdates updates = updates(state, user);
    long time = moment(snapshot, updates);
    VisibleHistory visible = snapshot.visible().with(updates);
    Retrieved retrieved = retriever(snapshot).with(visible, texts).retrieve(user, candidates, time);
    Prompt prompt = assembler.assemble(texts, user, candidates, retrieved);
    if (features != null) {
      CandidateFeatures seen =
          snapshot
              .features()
              .with(visible, texts, changed(state, texts, user, updates, candidates));
      prompt =
          prompt.withFeatures(
              new ScaledFeatures(seen, features.scaling(), features.units())
                  .of(user, candidates, time));
    }
    return told(prompt, retrieved, texts);
  }

  private int number(CandidateItem candidate, int place) {
    OptionalInt known = liveState.items().number(candidate.id());
    if (known.isEmpty() && candidate.title() == null) {
      throw new UnknownItemException(place, candidate.id());
    }
    return known.orElse(UNKNOWN + place);
  }

  /** The request's own words for an item go before what is known of it, in this request. */
  private static void bring(CandidateItem candidate, int item, RequestTexts texts) {
    String title = candidate.title();
    List<Field> fields = candidate.fields();
    if (title != null && (item >= UNKNOWN || !fields.isEmpty())) {
      texts.bring(item, new ItemText(title, fields));
    } else if (title != null) {
      texts.bring(item, new ItemText(title, texts.fields(item)));
    } else if (!fields.isEmpty()) {
      texts.bring(item, new ItemText(texts.title(item), fields));
    }
  }

  private static UserUpdates updates(LiveState.State state, int user) {
    List<Behaviour> delta = state.delta().of(user);
    boolean likes =
        delta.stream().anyMatch(Behaviour::liked)
            || (user < state.snapshot().data().users().size()
                && state.snapshot().likers().get(user));
    return new UserUpdates(user, delta, likes);
  }

  /** Now, but after everything that the user did, whatever the clocks say. */
  private long moment(KnowledgeSnapshot snapshot, UserUpdates updates) {
    long latest =
        updates.behaviours().stream().mapToLong(Behaviour::time).max().orElse(Long.MIN_VALUE);
    long after = Math.max(snapshot.end(), latest + 1);
    return liveState.timed() ? Math.max(after, live.seconds()) : after;
  }

  private static Set<Integer> changed(
      LiveState.State state, RequestTexts texts, int user, UserUpdates updates, int[] candidates) {
    Set<Integer> changed = new HashSet<>();
    texts.addChanged(candidates, changed);
    texts.addChanged(updates.behaviours().stream().mapToInt(Behaviour::item).toArray(), changed);
    if (state.delta().hasTexts()) {
      VisibleHistory visible = state.snapshot().visible();
      for (var behaviours : List.of(visible.own(), visible.others())) {
        Interactions rows = behaviours.interactions();
        int[] items = behaviours.ofUser(user, Long.MAX_VALUE);
        for (int i = 0; i < items.length; i++) {
          items[i] = rows.item(items[i]);
        }
        texts.addChanged(items, changed);
      }
    }
    return changed;
  }

  private Prepared told(Prompt prompt, Retrieved retrieved, RequestTexts texts) {
    List<Behaviour> history = retrieved.history();
    List<SimilarUser> neighbours = new ArrayList<>();
    for (Neighbour neighbour : retrieved.neighbours()) {
      // One with nothing to tell takes no room, and is not told of.
      if (!neighbour.behaviours().isEmpty() && neighbours.size() < prompt.neighboursTold()) {
        neighbours.add(
            new SimilarUser(
                liveState.users().id(neighbour.user()),
                neighbour.similarity(),
                neighbour.behaviours().stream()
                    .filter(Behaviour::liked)
                    .map(behaviour -> told(behaviour, texts))
                    .toList()));
      }
    }
    return new Prepared(
        prompt,
        history.subList(history.size() - prompt.historyTold(), history.size()).stream()
            .map(behaviour -> told(behaviour, texts))
            .toList(),
        neighbours);
  }

  private Told told(Behaviour behaviour, RequestTexts texts) {
    return new Told(
        liveState.items().id(behaviour.item()),
        texts.title(behaviour.item()),
        behaviour.liked(),
        behaviour.time());
  }

  @Override
  public void close() {
    live.forget(this);
    synchronized (keepers) {
      closed = true;
      keepers.forEach(snapshot -> snapshot.forget(this));
      keepers.clear();
    }
  }
}

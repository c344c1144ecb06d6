package org.optirag.recommender;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.recommender.knowledge.ItemText;
import org.optirag.recommender.knowledge.Knowledge;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.recommender.knowledge.RequestTexts;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Neighbour;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.UserUpdates;
import org.optirag.retrieval.VisibleHistory;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.Prompt;
import org.optirag.scoring.PromptAssembler;
import org.optirag.scoring.bundle.Bundle;

/**
 * The prompts of one bundle, of what is known at the moment of the request. Safe for use from many
 * threads. Close it when the bundle is no longer used, so that new snapshots do without its
 * retriever.
 */
public final class RequestPrompts implements PromptSource, AutoCloseable {
  /** From here on the numbers of users and items that are known to this request alone. */
  private static final int UNKNOWN = Integer.MAX_VALUE - (1 << 20);

  /** Snapshots whose retrievers are kept: the one that requests see, and the one to come. */
  private static final int KEPT = 2;

  private final Knowledge knowledge;
  private final PromptAssembler assembler;
  private final BiFunction<KnowledgeSnapshot, CandidateFeatures, FeatureSource> features;
  private final Function<KnowledgeSnapshot, SnapshotRetriever> retriever;
  private final Runnable closing;
  private final Map<KnowledgeSnapshot, FutureTask<SnapshotRetriever>> retrievers =
      new LinkedHashMap<>() { // guarded by itself; an older one is left to the collector
        @Override
        protected boolean removeEldestEntry(
            Map.Entry<KnowledgeSnapshot, FutureTask<SnapshotRetriever>> old) {
          return size() > KEPT;
        }
      };
  private boolean closed; // guarded by the retrievers

  /**
   * How a bundle's prompts are made.
   *
   * @param assembler writes them
   * @param features of a snapshot, and of what one user did since
   * @param retriever makes what the bundle's retriever needs of a snapshot
   */
  public record Parts(
      PromptAssembler assembler,
      BiFunction<KnowledgeSnapshot, CandidateFeatures, FeatureSource> features,
      Function<KnowledgeSnapshot, SnapshotRetriever> retriever) {

    /**
     * Those of a bundle.
     *
     * @param tokenizer of its backbone
     * @param features reads those that the bundle names
     * @param sources what its retriever needs
     */
    public static Parts of(
        Bundle bundle,
        Dataset data,
        Tokenizer tokenizer,
        FeatureGroups.Reader features,
        RetrieverSources sources) {
      return new Parts(
          new PromptAssembler(
              data, tokenizer, bundle.dataset().prompt(), bundle.dataset().template()),
          (snapshot, graph) -> bundle.features(features.of(snapshot, graph)),
          snapshot -> Retrievers.of(bundle.retriever(), snapshot, sources));
    }
  }

  /**
   * Prompts over some knowledge.
   *
   * @param closing what is to be done when these are closed
   */
  public RequestPrompts(Knowledge knowledge, Parts parts, Runnable closing) {
    this.knowledge = knowledge;
    this.assembler = parts.assembler;
    this.features = parts.features;
    this.retriever = parts.retriever;
    this.closing = closing;
  }

  /**
   * Makes what features and retriever need of a snapshot, so that no request has to wait for it.
   */
  public void prepare(KnowledgeSnapshot snapshot) {
    Dataset data = snapshot.data();
    if (data.users().size() > 0 && data.items().size() > 0) {
      // What figures need of everybody is made when they are first asked for.
      features.apply(snapshot, snapshot.features()).of(0, new int[] {0}, snapshot.end());
    }
    retriever(snapshot);
  }

  /** Made by whoever comes first, outside the lock: requests on another snapshot do not wait. */
  private SnapshotRetriever retriever(KnowledgeSnapshot snapshot) {
    FutureTask<SnapshotRetriever> made;
    boolean first;
    synchronized (retrievers) {
      FutureTask<SnapshotRetriever> known = retrievers.get(snapshot);
      first = known == null;
      made = known == null ? new FutureTask<>(() -> retriever.apply(snapshot)) : known;
      if (first && !closed) {
        retrievers.put(snapshot, made);
      }
    }
    if (first) {
      made.run();
    }
    try {
      return made.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted");
    } catch (ExecutionException e) {
      synchronized (retrievers) {
        retrievers.remove(snapshot, made); // the next one may have more luck
      }
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  @Override
  public Prepared prepare(RankRequest request, PromptPipeline.Undecided undecided) {
    return prepare(request, undecided, StageClock.NONE);
  }

  /** The same with its stages timed. */
  public Prepared prepare(
      RankRequest request, PromptPipeline.Undecided undecided, StageClock clock) {
    // Numbers before the state: what has a number by now is in the state that is read after it.
    OptionalInt number = knowledge.user(request.user());
    int user = number.orElse(UNKNOWN);
    int[] candidates = new int[request.candidates().size()];
    for (int c = 0; c < candidates.length; c++) {
      candidates[c] = number(request.candidates().get(c), c);
    }
    Knowledge.State state = knowledge.state();
    KnowledgeSnapshot snapshot = state.snapshot();
    RequestTexts texts = new RequestTexts(knowledge, state);
    for (int c = 0; c < candidates.length; c++) {
      bring(request.candidates().get(c), candidates[c], texts);
    }
    UserUpdates updates = updates(state, user);
    long time = request.time().orElseGet(() -> moment(snapshot, updates));
    VisibleHistory visible = snapshot.visible().with(updates);
    CandidateFeatures figures =
        snapshot.features().with(visible, texts, changed(state, texts, user, updates, candidates));
    PromptPipeline.Written written =
        new PromptPipeline(
                retriever(snapshot).with(visible, texts),
                assembler,
                features.apply(snapshot, figures))
            .write(texts, user, candidates, time, undecided, clock);
    return told(written, candidates, texts, time);
  }

  private int number(CandidateItem candidate, int place) {
    OptionalInt known = knowledge.item(candidate.id());
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

  private static UserUpdates updates(Knowledge.State state, int user) {
    List<Behaviour> delta = state.delta().of(user);
    boolean likes =
        delta.stream().anyMatch(Behaviour::liked)
            || (user < state.snapshot().data().users().size() && state.snapshot().changed(user))
            || state.snapshot().visible().replacesLikes(new UserUpdates(user, delta, false));
    return new UserUpdates(user, delta, likes);
  }

  /**
   * Just after all that is known: the data's own clock. By the wall's, data that were imported long
   * ago would have nothing that happened lately, and an answer would change though nothing
   * happened.
   */
  private long moment(KnowledgeSnapshot snapshot, UserUpdates updates) {
    long latest =
        updates.behaviours().stream().mapToLong(Behaviour::time).max().orElse(Long.MIN_VALUE);
    return Math.max(snapshot.end(), latest + 1);
  }

  private static Set<Integer> changed(
      Knowledge.State state, RequestTexts texts, int user, UserUpdates updates, int[] candidates) {
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

  private Prepared told(
      PromptPipeline.Written written, int[] candidates, RequestTexts texts, long time) {
    Prompt prompt = written.prompt();
    Retrieved retrieved = written.retrieved();
    List<Behaviour> history = retrieved.history();
    List<SimilarUser> neighbours = new ArrayList<>();
    for (Neighbour neighbour : retrieved.neighbours()) {
      // One with nothing to tell takes no room, and is not told of.
      if (!neighbour.behaviours().isEmpty() && neighbours.size() < prompt.neighboursTold()) {
        neighbours.add(
            new SimilarUser(
                knowledge.userId(neighbour.user()),
                neighbour.similarity(),
                neighbour.behaviours().stream()
                    .filter(Behaviour::liked)
                    .map(behaviour -> told(behaviour, texts))
                    .toList()));
      }
    }
    return new Prepared(
        prompt,
        Arrays.stream(candidates).mapToObj(texts::title).toList(),
        history.subList(history.size() - prompt.historyTold(), history.size()).stream()
            .map(behaviour -> told(behaviour, texts))
            .toList(),
        neighbours,
        time);
  }

  private Told told(Behaviour behaviour, RequestTexts texts) {
    return new Told(
        knowledge.itemId(behaviour.item()),
        texts.title(behaviour.item()),
        behaviour.liked(),
        behaviour.time());
  }

  @Override
  public void close() {
    synchronized (retrievers) {
      closed = true;
      retrievers.clear();
    }
    closing.run();
  }
}

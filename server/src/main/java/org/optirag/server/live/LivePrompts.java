package org.optirag.server.live;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.optirag.backbone.tokenizer.Tokenizer;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.retrieval.Behaviour;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.Neighbour;
import org.optirag.retrieval.News;
import org.optirag.retrieval.Retrieved;
import org.optirag.retrieval.Witness;
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
 * bundle is no longer served, so that new worlds do without its retriever.
 */
public final class LivePrompts implements PromptSource, AutoCloseable {
  /** From here on the numbers of users and items that are known to this request alone. */
  private static final int UNKNOWN = Integer.MAX_VALUE - (1 << 20);

  private final LiveData live;
  private final Present present;
  private final PromptAssembler assembler;
  private final @Nullable FeatureSchema features;
  private final Function<World, WorldRetriever> retriever;

  LivePrompts(
      LiveData live,
      Present present,
      Dataset data,
      Tokenizer tokenizer,
      PromptSettings settings,
      @Nullable FeatureSchema features,
      Function<World, WorldRetriever> retriever) {
    this.live = live;
    this.present = present;
    this.assembler = new PromptAssembler(data, tokenizer, settings);
    this.features = features;
    this.retriever = retriever;
  }

  /** Makes what the retriever needs of a world, so that no request has to wait for it. */
  void prepare(World world) {
    world.retriever(this, retriever);
  }

  @Override
  public Prepared prepare(RankQuery query) {
    // Numbers before the state: what has a number by now is in the state that is read after it.
    OptionalInt number = present.users().number(query.user());
    int user = number.orElse(UNKNOWN);
    int[] candidates = new int[query.candidates().size()];
    for (int c = 0; c < candidates.length; c++) {
      candidates[c] = number(query.candidates().get(c), c);
    }
    Present.State state = present.state();
    World world = state.world();
    RequestTexts texts = new RequestTexts(world, state.fresh(), present.items());
    for (int c = 0; c < candidates.length; c++) {
      bring(query.candidates().get(c), candidates[c], texts);
    }
    News news = news(state, user);
    long time = moment(world, news);
    Witness witness = world.witness().with(news);
    Retrieved retrieved =
        world.retriever(this, retriever).with(witness, texts).retrieve(user, candidates, time);
    Prompt prompt = assembler.assemble(texts, user, candidates, retrieved);
    if (features != null) {
      CandidateFeatures seen =
          world.features().with(witness, texts, changed(state, texts, user, news, candidates));
      prompt =
          prompt.withFeatures(
              new ScaledFeatures(seen, features.scaling(), features.units())
                  .of(user, candidates, time));
    }
    return told(prompt, retrieved, texts);
  }

  private int number(CandidateItem candidate, int place) {
    OptionalInt known = present.items().number(candidate.id());
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

  private static News news(Present.State state, int user) {
    List<Behaviour> fresh = state.fresh().of(user);
    boolean likes =
        fresh.stream().anyMatch(Behaviour::liked)
            || (user < state.world().data().users().size() && state.world().likers().get(user));
    return new News(user, fresh, likes);
  }

  /** Now, but after everything that the user did, whatever the clocks say. */
  private long moment(World world, News news) {
    long latest =
        news.behaviours().stream().mapToLong(Behaviour::time).max().orElse(Long.MIN_VALUE);
    long after = Math.max(world.end(), latest + 1);
    return present.timed() ? Math.max(after, live.seconds()) : after;
  }

  private static Set<Integer> changed(
      Present.State state, RequestTexts texts, int user, News news, int[] candidates) {
    Set<Integer> changed = new HashSet<>();
    texts.addChanged(candidates, changed);
    texts.addChanged(news.behaviours().stream().mapToInt(Behaviour::item).toArray(), changed);
    if (state.fresh().hasTexts()) {
      Witness witness = state.world().witness();
      for (var behaviours : List.of(witness.own(), witness.others())) {
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
                present.users().id(neighbour.user()),
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
        present.items().id(behaviour.item()),
        texts.title(behaviour.item()),
        behaviour.liked(),
        behaviour.time());
  }

  @Override
  public void close() {
    live.forget(this);
  }
}

package org.optirag.recommender;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Dataset;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.SimilarityFigures;
import org.optirag.retrieval.behaviour.BehaviourFeatures;
import org.optirag.retrieval.behaviour.LatentSimilarity;
import org.optirag.retrieval.sequence.SequenceFeatures;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.SentenceModelStore;
import org.optirag.retrieval.text.SentenceVectorStore;
import org.optirag.retrieval.text.TextSimilarity;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.retrieval.text.TfIdf;
import org.optirag.scoring.FeatureSource;
import org.optirag.scoring.bundle.TrainedSequence;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Who makes the figures that models read of candidates without the LLM, by their names: the one
 * place where these are brought together. Vectors of texts are made when a model first asks for
 * them, and serve all others. Safe for use from many threads.
 */
public final class FeatureGroups {
  /**
   * A kind of figures.
   *
   * @param name in small letters and digits
   * @param names what its figures are called, in order
   */
  public record Kind(String name, List<String> names) {
    /** What the graph of labels says: {@link CandidateFeatures}. */
    public static final Kind GRAPH = new Kind("graph", CandidateFeatures.NAMES);

    /** What counting says: {@link BehaviourFeatures}. */
    public static final Kind BEHAVIOUR = new Kind("behaviour", BehaviourFeatures.NAMES);

    /** How alike those who liked candidate and history are: {@link LatentSimilarity}. */
    public static final Kind SVD = new Kind("svd", LatentSimilarity.NAMES);

    /** How alike the words of candidate and history are. */
    public static final Kind TFIDF = likeness("tfidf");

    /** How alike their parts of words are. */
    public static final Kind CHARS = likeness("chars");

    /** How alike they are in meaning, to a small model that embeds English sentences. */
    public static final Kind MINILM = likeness(SentenceModel.MINI_LM.name());

    /** What a model that reads the history, an item a token, says: {@link SequenceFeatures}. */
    public static final Kind SEQUENCE = new Kind("sequence", SequenceFeatures.NAMES);

    private static final List<Kind> OWN =
        List.of(GRAPH, BEHAVIOUR, SVD, TFIDF, CHARS, MINILM, SEQUENCE);

    /** Copies the list. */
    public Kind {
      names = List.copyOf(names);
    }

    /** Those that need no training of their own: what is read where nothing else is asked for. */
    public static Set<Kind> usual() {
      Set<Kind> usual = new LinkedHashSet<>(OWN);
      usual.remove(SEQUENCE);
      return usual;
    }

    /**
     * The kind of that name, in any case: one that comes with the program, or likeness in meaning
     * to a sentence model that was added.
     *
     * @throws UserException if there is none
     */
    public static Kind of(String name, SentenceModelStore embedders) {
      String plain = name.strip().toLowerCase(Locale.ROOT);
      return OWN.stream()
          .filter(kind -> kind.name.equals(plain))
          .findFirst()
          .or(() -> embedders.find(plain).map(model -> likeness(model.name())))
          .orElseThrow(() ->
              new UserException(
                  "There is no kind of features \"" + name + "\".",
                  "Choose among %s, or add a sentence embedder of that name with 'optirag model embedder'."
                      .formatted(
                          Stream.concat(OWN.stream().map(Kind::name), embedders.names().stream())
                              .toList())));
    }

    private static Kind likeness(String model) {
      return new Kind(model, SimilarityFigures.names(model));
    }
  }

  /** Of these a snapshot has what they need; graphs too. */
  private static final Set<Kind> MADE_OF_BEHAVIOUR =
      Set.of(Kind.GRAPH, Kind.BEHAVIOUR, Kind.SVD, Kind.SEQUENCE);

  private final Dataset imported;
  private final Map<Kind, TextVectors> texts = new HashMap<>(); // guarded by itself

  /**
   * @param imported whose items' texts say how rare each word is
   */
  public FeatureGroups(Dataset imported) {
    this.imported = imported;
  }

  /** The names of all figures of some kinds. */
  public static List<String> names(Set<Kind> kinds) {
    return kinds.stream()
        .sorted(Comparator.comparing(FeatureGroups::place).thenComparing(Kind::name))
        .flatMap(kind -> kind.names.stream())
        .toList();
  }

  private static int place(Kind kind) {
    int place = Kind.OWN.indexOf(kind);
    return place < 0 ? Kind.OWN.size() : place;
  }

  /**
   * Reads figures of these names; makes the vectors of texts that they need.
   *
   * @param names in the order that the model reads them
   * @param sequence the model of sequences, asked for where its figures are read
   * @param cache where sentence vectors are kept
   * @throws UserException if there is no figure of a name, or the cache cannot be written
   */
  public Reader reading(
      List<String> names, TrainedSequence sequence, CacheDirectory cache, Progress progress) {
    List<Column> columns = names.stream().map(FeatureGroups::column).toList();
    columns.stream()
        .map(Column::kind)
        .filter(kind -> !MADE_OF_BEHAVIOUR.contains(kind))
        .forEach(kind -> vectors(kind, cache, progress));
    boolean reads = columns.stream().anyMatch(column -> column.kind.equals(Kind.SEQUENCE));
    return new Reader(
        columns,
        reads ? sequence.features(model -> vectors(Kind.likeness(model), cache, progress)) : null);
  }

  private TextVectors vectors(Kind kind, CacheDirectory cache, Progress progress) {
    synchronized (texts) {
      TextVectors known = texts.get(kind);
      if (known == null) {
        known = made(kind, cache, progress);
        texts.put(kind, known);
      }
      return known;
    }
  }

  private TextVectors made(Kind kind, CacheDirectory cache, Progress progress) {
    if (kind.equals(Kind.TFIDF)) {
      return TfIdf.words(imported.items());
    }
    if (kind.equals(Kind.CHARS)) {
      return TfIdf.characters(imported.items());
    }
    SentenceModel model =
        new SentenceModelStore(cache)
            .find(kind.name)
            .orElseThrow(() ->
                new UserException(
                    "Likeness in meaning is read by the sentence embedder \"%s\", which is not in %s."
                        .formatted(kind.name, cache.root()),
                    "Add its files: optirag model embedder NAME --onnx FILE --tokenizer FILE."));
    return new SentenceVectorStore(cache)
        .require(imported.name(), imported.items(), model, progress);
  }

  /** Some of the figures, in an order; closed when nobody reads any more. */
  public final class Reader implements AutoCloseable {
    private final List<Column> columns;
    private final @Nullable SequenceFeatures sequence;
    private final Set<Kind> kinds = new LinkedHashSet<>();

    private Reader(List<Column> columns, @Nullable SequenceFeatures sequence) {
      this.columns = columns;
      this.sequence = sequence;
      columns.forEach(column -> kinds.add(column.kind));
    }

    /**
     * Figures of what is known.
     *
     * @param snapshot what is known of everybody
     * @param graph what the graph says of it, with what one user did since
     */
    public FeatureSource of(KnowledgeSnapshot snapshot, CandidateFeatures graph) {
      Map<Kind, FeatureGroup> groups = new HashMap<>();
      kinds.stream()
          .filter(kind -> !kind.equals(Kind.GRAPH))
          .forEach(kind -> groups.put(kind, group(kind, snapshot)));
      return (user, candidates, time) -> {
        Map<Kind, float[][]> figures = new HashMap<>();
        if (kinds.contains(Kind.GRAPH)) {
          figures.put(Kind.GRAPH, graph.of(user, candidates, time));
        }
        groups.forEach((kind, group) ->
            figures.put(kind, group.of(graph.visible(), graph.texts(), user, candidates, time)));
        float[][] rows = new float[candidates.length][columns.size()];
        for (int f = 0; f < columns.size(); f++) {
          Column column = columns.get(f);
          float[][] made = Objects.requireNonNull(figures.get(column.kind));
          for (int c = 0; c < rows.length; c++) {
            rows[c][f] = made[c][column.place];
          }
        }
        return rows;
      };
    }

    private FeatureGroup group(Kind kind, KnowledgeSnapshot snapshot) {
      if (kind.equals(Kind.BEHAVIOUR)) {
        return snapshot.behaviour();
      }
      if (kind.equals(Kind.SVD)) {
        return snapshot.latent();
      }
      if (kind.equals(Kind.SEQUENCE)) {
        return Objects.requireNonNull(sequence);
      }
      synchronized (texts) {
        return new TextSimilarity(Objects.requireNonNull(texts.get(kind)));
      }
    }

    @Override
    public void close() {
      if (sequence != null) {
        sequence.close();
      }
    }
  }

  /** Where a figure stands. */
  private record Column(Kind kind, int place) {}

  private static Column column(String name) {
    List<String> all = new ArrayList<>();
    for (Kind kind : Kind.OWN) {
      int place = kind.names.indexOf(name);
      if (place >= 0) {
        return new Column(kind, place);
      }
      all.addAll(kind.names);
    }
    Kind embedded = Kind.likeness(name.substring(0, Math.max(0, name.indexOf('_'))));
    int place = embedded.names.indexOf(name);
    if (place >= 0) {
      return new Column(embedded, place);
    }
    throw new UserException(
        "The bundle's heads read the feature \"%s\", this OptiRAG computes %s."
            .formatted(name, all),
        "Use the OptiRAG that it was trained with, or train it again.");
  }
}

package org.optirag.recommender;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.optirag.dataset.Dataset;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.retrieval.CandidateFeatures;
import org.optirag.retrieval.FeatureGroup;
import org.optirag.retrieval.SimilarityFigures;
import org.optirag.retrieval.behaviour.BehaviourFeatures;
import org.optirag.retrieval.behaviour.LatentSimilarity;
import org.optirag.retrieval.text.SentenceModel;
import org.optirag.retrieval.text.SentenceVectorStore;
import org.optirag.retrieval.text.TextSimilarity;
import org.optirag.retrieval.text.TextVectors;
import org.optirag.retrieval.text.TfIdf;
import org.optirag.scoring.FeatureSource;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Who makes the figures that models read of candidates without the LLM, by their names: the one
 * place where these are brought together. Vectors of texts are made when a model first asks for
 * them, and serve all others. Safe for use from many threads.
 */
public final class FeatureGroups {
  /** The kinds of figures. */
  public enum Kind {
    /** What the graph of labels says: {@link CandidateFeatures}. */
    GRAPH(CandidateFeatures.NAMES),
    /** What counting says: {@link BehaviourFeatures}. */
    BEHAVIOUR(BehaviourFeatures.NAMES),
    /** How alike those who liked candidate and history are: {@link LatentSimilarity}. */
    SVD(LatentSimilarity.NAMES),
    /** How alike the words of candidate and history are. */
    TFIDF(SimilarityFigures.names("tfidf")),
    /** How alike their parts of words are. */
    CHARS(SimilarityFigures.names("chars")),
    /** How alike they are in meaning, to a small model that embeds sentences. */
    MINILM(SimilarityFigures.names(SentenceModel.MINI_LM.name()));

    private final List<String> names;

    Kind(List<String> names) {
      this.names = names;
    }

    /** What its figures are called, in order. */
    public List<String> names() {
      return names;
    }

    /**
     * The kind of that name, in any case.
     *
     * @throws UserException if there is none
     */
    public static Kind of(String name) {
      for (Kind kind : values()) {
        if (kind.name().equals(name.strip().toUpperCase(Locale.ROOT))) {
          return kind;
        }
      }
      throw new UserException(
          "There is no kind of features \"" + name + "\".",
          "Choose among " + List.of(values()).toString().toLowerCase(Locale.ROOT) + ".");
    }
  }

  private final Dataset imported;
  private final Map<Kind, FeatureGroup> texts = new EnumMap<>(Kind.class); // guarded by itself

  /**
   * @param imported whose items' texts say how rare each word is
   */
  public FeatureGroups(Dataset imported) {
    this.imported = imported;
  }

  /** The names of all figures of some kinds. */
  public static List<String> names(Set<Kind> kinds) {
    return EnumSet.copyOf(kinds).stream().flatMap(kind -> kind.names.stream()).toList();
  }

  /**
   * Reads figures of these names; makes the vectors of texts that they need.
   *
   * @param names in the order that the model reads them
   * @param cache where sentence vectors are kept
   * @throws UserException if there is no figure of a name, or the cache cannot be written
   */
  public Reader reading(List<String> names, CacheDirectory cache, Progress progress) {
    Reader reader = new Reader(names.stream().map(FeatureGroups::column).toList());
    synchronized (texts) {
      for (Kind kind : reader.kinds) {
        if (!texts.containsKey(kind)) {
          vectors(kind, cache, progress)
              .ifPresent(vectors -> texts.put(kind, new TextSimilarity(vectors)));
        }
      }
    }
    return reader;
  }

  private Optional<TextVectors> vectors(Kind kind, CacheDirectory cache, Progress progress) {
    return switch (kind) {
      case GRAPH, BEHAVIOUR, SVD -> Optional.empty();
      case TFIDF -> Optional.of(TfIdf.words(imported.items()));
      case CHARS -> Optional.of(TfIdf.characters(imported.items()));
      case MINILM ->
          Optional.of(
              new SentenceVectorStore(cache)
                  .require(imported.name(), imported.items(), SentenceModel.MINI_LM, progress));
    };
  }

  /** Some of the figures, in an order. */
  public final class Reader {
    private final List<Column> columns;
    private final Set<Kind> kinds = EnumSet.noneOf(Kind.class);

    private Reader(List<Column> columns) {
      this.columns = columns;
      columns.forEach(column -> kinds.add(column.kind));
    }

    /**
     * Figures of what is known.
     *
     * @param snapshot what is known of everybody
     * @param graph what the graph says of it, with what one user did since
     */
    public FeatureSource of(KnowledgeSnapshot snapshot, CandidateFeatures graph) {
      Map<Kind, FeatureGroup> groups = new EnumMap<>(Kind.class);
      kinds.stream()
          .filter(kind -> kind != Kind.GRAPH)
          .forEach(kind -> groups.put(kind, group(kind, snapshot)));
      return (user, candidates, time) -> {
        Map<Kind, float[][]> figures = new EnumMap<>(Kind.class);
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
  }

  private FeatureGroup group(Kind kind, KnowledgeSnapshot snapshot) {
    return switch (kind) {
      case GRAPH -> throw new IllegalArgumentException("the graph's figures are at hand");
      case BEHAVIOUR -> snapshot.behaviour();
      case SVD -> snapshot.latent();
      case TFIDF, CHARS, MINILM -> {
        synchronized (texts) {
          yield Objects.requireNonNull(texts.get(kind));
        }
      }
    };
  }

  /** Where a figure stands. */
  private record Column(Kind kind, int place) {}

  private static Column column(String name) {
    List<String> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      int place = kind.names.indexOf(name);
      if (place >= 0) {
        return new Column(kind, place);
      }
      all.addAll(kind.names);
    }
    throw new UserException(
        "The bundle's heads read the feature \"%s\", this OptiRAG computes %s."
            .formatted(name, all),
        "Use the OptiRAG that it was trained with, or train it again.");
  }
}

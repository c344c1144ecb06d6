package org.optirag.retrieval;

import java.util.List;
import org.optirag.workspace.UserException;

/** Which retriever finds what a prompt tells, and how much of it. */
public sealed interface RetrieverSettings {
  /** The names that {@link #named} knows, in the order of tables. */
  List<String> NAMES = List.of("none", "recent", "popular", "bm25", "semantic", "gcn");

  /** Its name in tables, flags and bundles. */
  String name();

  /** Most behaviours of the user that a prompt tells. */
  int history();

  /** Which behaviours these are. */
  default SharedHistory shared() {
    return SharedHistory.LATEST;
  }

  /** The same with other behaviours in the context; retrievers that know the latest alone stay. */
  default RetrieverSettings with(SharedHistory other) {
    return this;
  }

  /** The user's profile and the candidate alone. */
  record None() implements RetrieverSettings {
    @Override
    public String name() {
      return "none";
    }

    @Override
    public int history() {
      return 0;
    }
  }

  /** The latest behaviours. */
  record Recent(int history) implements RetrieverSettings {
    @Override
    public String name() {
      return "recent";
    }
  }

  /** The latest behaviours, and how all users received each candidate. */
  record Popular(int history) implements RetrieverSettings {
    @Override
    public String name() {
      return "popular";
    }
  }

  /** The behaviours whose texts are most like the candidates', by BM25. */
  record Bm25(int history, SharedHistory shared) implements RetrieverSettings {
    /** The context holds what is like the candidates. */
    public Bm25(int history) {
      this(history, SharedHistory.LIKE_CANDIDATES);
    }

    @Override
    public String name() {
      return "bm25";
    }

    @Override
    public Bm25 with(SharedHistory other) {
      return new Bm25(history, other);
    }
  }

  /** The behaviours most like the candidates by the LLM's embeddings of their texts. */
  record Semantic(int history, SharedHistory shared) implements RetrieverSettings {
    /** The context holds what is like the candidates. */
    public Semantic(int history) {
      this(history, SharedHistory.LIKE_CANDIDATES);
    }

    @Override
    public String name() {
      return "semantic";
    }

    @Override
    public Semantic with(SharedHistory other) {
      return new Semantic(history, other);
    }
  }

  /**
   * Similar users by light graph convolution.
   *
   * @param history most behaviours of the user
   * @param shared which behaviours of the user
   * @param neighbours similar users whose behaviour is told
   * @param behaviours latest liked behaviours of each of them
   * @param counted similar users whose reception of a candidate is counted
   */
  record Gcn(int history, SharedHistory shared, int neighbours, int behaviours, int counted)
      implements RetrieverSettings {
    /** Fifteen behaviours of the user, three similar users with four behaviours, fifty counted. */
    public static final Gcn DEFAULT = new Gcn(15, 3, 4, 50);

    /** The context holds what is like the candidates. */
    public Gcn(int history, int neighbours, int behaviours, int counted) {
      this(history, SharedHistory.LIKE_CANDIDATES, neighbours, behaviours, counted);
    }

    @Override
    public String name() {
      return "gcn";
    }

    /** The same with another number of behaviours of the user. */
    public Gcn withHistory(int behavioursOfTheUser) {
      return new Gcn(behavioursOfTheUser, shared, neighbours, behaviours, counted);
    }

    @Override
    public Gcn with(SharedHistory other) {
      return new Gcn(history, other, neighbours, behaviours, counted);
    }
  }

  /**
   * The retriever of a name, with the usual settings.
   *
   * @param history most behaviours of the user; "none" tells none whatever it says
   * @throws UserException if there is none of that name
   */
  static RetrieverSettings named(String name, int history) {
    return switch (name) {
      case "none" -> new None();
      case "recent" -> new Recent(history);
      case "popular" -> new Popular(history);
      case "bm25" -> new Bm25(history);
      case "semantic" -> new Semantic(history);
      case "gcn" -> Gcn.DEFAULT.withHistory(history);
      default ->
          throw new UserException(
              "There is no retriever \"" + name + "\".", "There are " + NAMES + ".");
    };
  }
}

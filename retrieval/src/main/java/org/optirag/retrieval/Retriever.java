package org.optirag.retrieval;

/**
 * Finds what belongs into the prompt of one user and some candidates. Safe for use from many
 * threads once built.
 */
public interface Retriever extends AutoCloseable {

  /** The name in tables and flags: "none", "recent", "popular", "bm25", "semantic" or "gcn". */
  String name();

  /**
   * Looks only at what lies strictly before {@code time}.
   *
   * @param user the user's number
   * @param candidates item numbers
   * @param time the impression's time
   */
  Retrieved retrieve(int user, int[] candidates, long time);

  @Override
  void close();
}

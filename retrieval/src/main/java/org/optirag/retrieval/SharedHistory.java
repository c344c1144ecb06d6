package org.optirag.retrieval;

/** Which of a user's behaviours stand in the context that the candidates of a request share. */
public enum SharedHistory {
  /**
   * Those most like any of the candidates. A candidate's probability then changes a little with the
   * candidates beside it.
   */
  LIKE_CANDIDATES,
  /**
   * The latest, whatever is asked. What is like a candidate is told in the candidate's own part
   * alone, and a candidate has the same probability in every request.
   */
  LATEST
}

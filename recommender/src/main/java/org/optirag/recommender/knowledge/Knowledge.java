package org.optirag.recommender.knowledge;

import java.util.OptionalInt;

/**
 * What requests may know: users and items by their ids, and a state of all that is known, which
 * stays as it is while a request reads it. Safe for use from many threads.
 */
public sealed interface Knowledge permits ImportedKnowledge, LiveState {
  /**
   * What a request sees.
   *
   * @param snapshot what was brought together
   * @param delta what came since
   */
  record State(KnowledgeSnapshot snapshot, Delta delta) {}

  /**
   * The state now. Ask for the numbers of users and items first: what has a number by then is in
   * the state that is read after it.
   */
  State state();

  /** A user's number, if the id is known. */
  OptionalInt user(String id);

  /** An item's number, if the id is known. */
  OptionalInt item(String id);

  /** A user's id. */
  String userId(int number);

  /** An item's id. */
  String itemId(int number);
}

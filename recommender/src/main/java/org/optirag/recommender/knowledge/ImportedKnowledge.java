package org.optirag.recommender.knowledge;

import java.util.OptionalInt;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Split;

/** An imported data set and nothing after it. Immutable. */
public final class ImportedKnowledge implements Knowledge {
  private final State state;

  /**
   * @param split others are known to have done what is in its training part; a user's own history
   *     is all of his data
   */
  public ImportedKnowledge(Dataset data, Split split) {
    this(KnowledgeSnapshot.of(data, split));
  }

  /** What a snapshot knows and nothing after it. */
  public ImportedKnowledge(KnowledgeSnapshot snapshot) {
    this.state = new State(snapshot, new Delta());
  }

  private Dataset data() {
    return state.snapshot().data();
  }

  @Override
  public State state() {
    return state;
  }

  @Override
  public OptionalInt user(String id) {
    return data().users().ids().number(id);
  }

  @Override
  public OptionalInt item(String id) {
    return data().items().ids().number(id);
  }

  @Override
  public String userId(int number) {
    return data().users().ids().id(number);
  }

  @Override
  public String itemId(int number) {
    return data().items().ids().id(number);
  }
}

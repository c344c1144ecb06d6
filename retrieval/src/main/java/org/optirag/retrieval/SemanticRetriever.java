package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.List;

/**
 * "semantic": the behaviours whose items are most like the candidates by LLM embeddings (ReLLa,
 * arXiv 2308.11131): item texts mean-pooled, centred and reduced by PCA, compared by cosine.
 */
public final class SemanticRetriever implements Retriever {
  private final VisibleHistory visible;
  private final Embeddings items;
  private final RelevantHistory choice;

  /**
   * @param items the reduced embeddings, see {@link PrincipalComponents}
   * @param settings what the shared context may hold
   */
  public SemanticRetriever(
      VisibleHistory visible, Embeddings items, RetrieverSettings.Semantic settings) {
    this.visible = visible;
    this.items = items.normalized();
    this.choice = new RelevantHistory(settings.history(), 2, settings.shared());
  }

  @Override
  public String name() {
    return "semantic";
  }

  @Override
  public Retrieved retrieve(int user, int[] candidates, long time) {
    List<Behaviour> history = visible.history(user, time, RelevantHistory.SEARCHED);
    RelevantHistory.Likeness likeness = cosine(items, candidates, history);
    List<Evidence> evidence = new ArrayList<>();
    for (int c = 0; c < candidates.length; c++) {
      evidence.add(new Evidence(choice.relevant(history, likeness, c), 0, 0, 0, 0));
    }
    return new Retrieved(choice.ofContext(history, likeness), List.of(), evidence);
  }

  /** Cosines of candidates and behaviours; 0 where one has no embedding. */
  static RelevantHistory.Likeness cosine(
      Embeddings unit, int[] candidates, List<Behaviour> history) {
    double[][] values = new double[candidates.length][history.size()];
    for (int c = 0; c < candidates.length; c++) {
      for (int h = 0; h < history.size(); h++) {
        int item = history.get(h).item();
        values[c][h] =
            candidates[c] < unit.rows() && item < unit.rows()
                ? unit.dot(candidates[c], unit, item)
                : 0;
      }
    }
    return new RelevantHistory.Likeness(candidates, values);
  }

  @Override
  public void close() {}
}

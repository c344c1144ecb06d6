package org.optirag.retrieval;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * "gcn": similar users by light graph convolution and what they did (arXiv 2501.02173), behaviours
 * of the user's own, among them those that the graph holds most like each candidate, and how all
 * users and the similar ones received it.
 */
public final class GcnRetriever implements Retriever {
  private final VisibleHistory visible;
  private final GraphTimeline timeline;
  private final RetrieverSettings.Gcn settings;

  /**
   * @param timeline the graph as it was at the visible history's horizons
   */
  public GcnRetriever(
      VisibleHistory visible, GraphTimeline timeline, RetrieverSettings.Gcn settings) {
    this.visible = visible;
    this.timeline = timeline;
    this.settings = settings;
  }

  @Override
  public String name() {
    return "gcn";
  }

  @Override
  public Retrieved retrieve(int user, int[] candidates, long time) {
    List<Behaviour> history = visible.history(user, time, RelevantHistory.SEARCHED);
    GraphSnapshot graph = timeline.at(time);
    List<UserIndex.Similar> similar =
        graph.similar(
            user,
            history,
            Math.max(settings.counted(), settings.neighbours()),
            visible.updates().outgrows(user));
    List<Neighbour> neighbours = new ArrayList<>();
    for (UserIndex.Similar other :
        similar.subList(0, Math.min(settings.neighbours(), similar.size()))) {
      List<Behaviour> liked =
          visible.ofNeighbour(other.user(), time, RelevantHistory.SEARCHED).stream()
              .filter(Behaviour::liked)
              .toList();
      neighbours.add(
          new Neighbour(
              other.user(),
              other.similarity(),
              liked.subList(Math.max(0, liked.size() - settings.behaviours()), liked.size())));
    }
    Set<Integer> counted =
        similar.stream().map(UserIndex.Similar::user).collect(Collectors.toSet());
    RelevantHistory choice = new RelevantHistory(settings.history(), 2, settings.shared());
    RelevantHistory.Likeness likeness =
        SemanticRetriever.cosine(graph.unitItems(), candidates, history);
    List<Evidence> evidence = new ArrayList<>();
    for (int c = 0; c < candidates.length; c++) {
      evidence.add(
          visible.of(candidates[c], user, counted, time, choice.relevant(history, likeness, c)));
    }
    return new Retrieved(choice.ofContext(history, likeness), neighbours, evidence);
  }

  @Override
  public void close() {
    timeline.close();
  }
}

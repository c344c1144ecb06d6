package org.optirag.spark.score;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.optirag.backbone.Backbone;
import org.optirag.recommender.CandidateItem;
import org.optirag.recommender.RankRequest;
import org.optirag.recommender.Recommender;
import org.optirag.recommender.knowledge.KnowledgeSnapshot;
import org.optirag.scoring.Score;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.UserException;

/**
 * The recommender of a process, shared by all its tasks, for what comes after training: a bundle
 * does not hold the graphs of moments within it. Safe for use from many threads.
 */
final class TaskScorer {
  private final Recommender recommender;

  private TaskScorer(Recommender recommender) {
    this.recommender = recommender;
  }

  static TaskScorer open(ScoringSettings settings, CacheDirectory cache) {
    Backbone.setThreads(1); // tasks are the threads
    Path data = Fetched.directory(settings.data(), "dataset.json", settings.dataSha(), cache);
    Recommender.Builder builder =
        Recommender.builder(
                Fetched.directory(settings.bundle(), "bundle.json", settings.bundleSha(), cache),
                data.toString())
            .dtype(settings.dtype())
            .policy(settings.policy())
            .cache(cache)
            .neverTrainGraph();
    if (settings.graph() != null) {
      builder.graph(Path.of(settings.graph()));
    }
    if (settings.events() != null) {
      builder.events(Path.of(settings.events()));
    }
    return new TaskScorer(builder.open());
  }

  /** Whether the data know the user. */
  boolean knowsUser(String id) {
    return recommender.knowledge().user(id).isPresent();
  }

  /** Whether the data know the item. */
  boolean knowsItem(String id) {
    return recommender.knowledge().item(id).isPresent();
  }

  /**
   * Scores candidates of one user on one context, in their order.
   *
   * @param items that the data know
   * @param time without it, after all that the data know
   * @throws UserException if the moment lies within training
   */
  List<Score> score(String user, List<String> items, OptionalLong time) {
    return recommender.score(request(user, items, time));
  }

  /** The same for a single row, with contexts remembered from row to row. */
  Score scoreAlone(String user, String item, OptionalLong time) {
    return recommender.rank(request(user, List.of(item), time)).items().getFirst().score();
  }

  private RankRequest request(String user, List<String> items, OptionalLong time) {
    KnowledgeSnapshot known = recommender.knowledge().state().snapshot();
    long last = known.visible().horizon().last();
    if (time.isPresent() && time.getAsLong() <= last) {
      throw new UserException(
          "The time %d lies within the training part, which ends at %d."
              .formatted(time.getAsLong(), last),
          "Score later impressions; 'optirag evaluate' scores those within training.");
    }
    return new RankRequest(user, items.stream().map(CandidateItem::of).toList(), time);
  }
}

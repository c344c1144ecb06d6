package org.optirag.workbench;

import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.optirag.evaluation.Requests;
import org.optirag.evaluation.SampleSize;
import org.optirag.scoring.ExitPolicy;
import org.optirag.scoring.bundle.Bundle;
import org.optirag.workspace.UserException;

/**
 * What is compared on which impressions. Immutable and safe for use from several threads.
 *
 * @param dataset a name in the cache, one that can be pulled, or the directory of an import
 * @param bundle what was trained, or null for the LLM as it was published
 * @param baselines of {@link Baselines#names}; the first is what all others are compared with
 * @param retrievers of {@link Pipeline#RETRIEVERS}, each before the LLM as it was published
 * @param policies exit policies of the bundle; none without one
 * @param part which held-out part
 * @param grouping how impressions become requests, where the data do not tell
 * @param most a seeded sample
 * @param slices whether to tell of impressions by how much was known of item and user, too
 */
public record EvaluationRequest(
    String dataset,
    @Nullable Bundle bundle,
    List<String> baselines,
    List<String> retrievers,
    List<ExitPolicy> policies,
    EvaluationRun.Part part,
    Requests.Grouping grouping,
    SampleSize most,
    boolean slices) {

  /**
   * Copies the lists and checks what would otherwise be told after minutes.
   *
   * @throws UserException if a name is not known or nothing is to be scored
   * @throws IllegalArgumentException if there are policies without a bundle
   */
  public EvaluationRequest {
    baselines = List.copyOf(baselines);
    retrievers = List.copyOf(retrievers);
    policies = List.copyOf(policies);
    requireKnown("baseline", baselines, Baselines::isKnown, Baselines.names());
    requireKnown("retriever", retrievers, Pipeline.RETRIEVERS::contains, Pipeline.RETRIEVERS);
    if (bundle == null && !policies.isEmpty()) {
      throw new IllegalArgumentException("policies " + policies + " of no bundle");
    }
    if (retrievers.isEmpty() && policies.isEmpty() && baselines.isEmpty()) {
      throw new UserException(
          "Nothing is to be scored.", "Name a --baseline, a --retriever or a --bundle.");
    }
  }

  private static void requireKnown(
      String what, List<String> names, Predicate<String> isKnown, List<String> known) {
    for (String name : names) {
      if (!isKnown.test(name)) {
        throw new UserException(
            "There is no " + what + " \"" + name + "\".", "There are " + known + ".");
      }
    }
  }
}

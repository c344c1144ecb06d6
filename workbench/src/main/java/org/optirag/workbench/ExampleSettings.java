package org.optirag.workbench;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.optirag.recommender.FeatureGroups;
import org.optirag.workspace.UserException;

/**
 * What a training learns from. Immutable and safe for use from several threads.
 *
 * @param most learn from a seeded sample of so many impressions, in whole requests; null for all
 * @param validation impressions of the validation part that training stops by
 * @param calibration impressions of the validation part that it is calibrated on
 * @param fit impressions that heads are fitted to before the first step; 0 for heads that begin as
 *     the LLM's own answer
 * @param batchTokens most tokens of a step
 * @param retriever one of {@link Pipeline#RETRIEVERS}
 * @param features the kinds of figures of a candidate that head 0 reads, and with it all heads;
 *     empty for heads that read the LLM alone
 * @param headZero how it reads them
 * @param question whether the question is asked in words with every candidate, as zero-shot prompts
 *     do
 */
public record ExampleSettings(
    @Nullable Integer most,
    int validation,
    int calibration,
    int fit,
    int batchTokens,
    String retriever,
    Set<FeatureGroups.Kind> features,
    HeadZeroModel headZero,
    boolean question) {
  /** How head 0 reads its features. */
  public enum HeadZeroModel {
    /** The one of the others that loses less on validation. */
    BEST,
    /** Boosted trees. */
    TREES,
    /** A regression, with rectified units beside the features. */
    LINEAR
  }

  /** All impressions, with all that is known without the LLM. */
  public static final ExampleSettings DEFAULT =
      new ExampleSettings(
          null,
          1000,
          Calibration.MOST,
          4000,
          2048,
          "gcn",
          FeatureGroups.Kind.usual(),
          HeadZeroModel.BEST,
          false);

  /**
   * Checks what would otherwise be told after minutes.
   *
   * @throws UserException if {@code fit} is negative, or nothing of validation is read
   */
  public ExampleSettings {
    features = Set.copyOf(features);
    if (fit < 0) {
      throw new UserException("--fit " + fit + " is no number of impressions.", "Give 0 or more.");
    }
    if (validation < 1 || calibration < 1) {
      throw new UserException(
          "--validation and --calibration read something.", "Give positive numbers.");
    }
  }

  /** The same with a sample of another size; null for all. */
  public ExampleSettings withMost(@Nullable Integer other) {
    return new ExampleSettings(
        other, validation, calibration, fit, batchTokens, retriever, features, headZero, question);
  }
}

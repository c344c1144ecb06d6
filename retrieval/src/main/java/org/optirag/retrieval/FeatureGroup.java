package org.optirag.retrieval;

import java.util.List;
import org.optirag.dataset.ItemTexts;

/**
 * Figures of candidates of one kind, made without the LLM, beside those of {@link
 * CandidateFeatures}. A figure that is not known is NaN: trees take it as it is, {@link
 * FeatureScaling} makes it 0. A candidate's figures do not depend on the other candidates. Safe for
 * use from many threads.
 */
public interface FeatureGroup {
  /** What the figures are called, in order. Bundles hold these names: they never change. */
  List<String> names();

  /**
   * The figures for each candidate, of what is known strictly before a moment.
   *
   * @param visible what may be seen
   * @param texts of the candidates and of what the user did; their numbers may be higher than those
   *     of the imported items
   * @param user his number may be higher than those of the imported users
   * @return [candidates, {@link #names}], not scaled
   */
  float[][] of(VisibleHistory visible, ItemTexts texts, int user, int[] candidates, long time);
}

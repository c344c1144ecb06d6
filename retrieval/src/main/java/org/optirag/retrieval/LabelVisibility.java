package org.optirag.retrieval;

/** What becomes known of a user's own behaviour once the training part has ended. */
public enum LabelVisibility {
  /** Every label strictly before the moment: a service that asks its users for ratings. */
  ALL,
  /**
   * Only what the user liked; what he disliked is known as far as the training labels of everybody
   * are. So papers publish their histories.
   */
  LIKES
}

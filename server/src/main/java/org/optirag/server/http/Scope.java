package org.optirag.server.http;

/** What a token may do. */
public enum Scope {
  /** Anybody may: health, the page and the API's description. */
  NONE,
  /** Rank, and read items, users, models and metrics. */
  RANK,
  /** Send events. */
  FEEDBACK,
  /** Everything, and change bundles. */
  ADMIN
}

package org.optirag.cli;

/** What the help of several commands says of exit policies. */
final class PolicyHelp {
  /** How heads are numbered. */
  static final String HEADS =
      "fixed:1 stops at the first head; heads count from 1, and where the bundle has features the"
          + " first is head 0, before the first block.";

  private PolicyHelp() {}
}

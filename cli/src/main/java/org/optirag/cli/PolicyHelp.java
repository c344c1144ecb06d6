package org.optirag.cli;

/** What the help of several commands says of exit policies. */
final class PolicyHelp {
  /** How heads are numbered. */
  static final String HEADS =
      "fixed:N stops at the Nth head; the first of a bundle with features stands before the first"
          + " block.";

  private PolicyHelp() {}
}

package org.optirag.training;

import org.optirag.workspace.UserException;

/** Settings that a user wrote. */
final class Checks {
  private Checks() {}

  static void require(String field, Object value, boolean fine, String wanted) {
    if (!fine) {
      throw new UserException(
          "The training setting %s is %s.".formatted(field, value), "Give " + wanted + ".");
    }
  }
}

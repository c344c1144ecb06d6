package org.optirag.cli;

import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * What {@code optirag doctor} says of one thing that a service needs.
 *
 * @param what the thing
 * @param state whether it will do
 * @param said in words
 * @param wayOut what to do, where something is to be done
 */
record Finding(String what, State state, String said, @Nullable String wayOut) {
  /** Whether a thing will do. */
  enum State {
    /** As it is. */
    OK,
    /** It works, but something about it is worth a thought. */
    NOTE,
    /** The service would not start, or not for long. */
    FAULT
  }

  static Finding ok(String what, String said) {
    return new Finding(what, State.OK, said, null);
  }

  static Finding note(String what, String said, String wayOut) {
    return new Finding(what, State.NOTE, said, wayOut);
  }

  static Finding fault(String what, UserException error) {
    return new Finding(what, State.FAULT, error.problem(), error.wayOut());
  }
}

package org.optirag.server.http;

import java.nio.file.Path;

/** Copies what the service has learned, while it runs. */
@FunctionalInterface
public interface Backup {
  /**
   * Writes a snapshot.
   *
   * @param name of it, letters, digits, dots, dashes and underscores
   * @return where it is
   * @throws org.optirag.workspace.UserException if there is one of that name, or the store is not
   *     copied from here
   */
  Path snapshot(String name);
}

package org.optirag.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.optirag.workspace.DirectoryTree;

/** An empty cache for each test; use as a {@code @RegisterExtension}. */
final class OwnCache implements BeforeEachCallback, AfterEachCallback {
  private static final String PROPERTY = "optirag.cache";

  private Path root = Path.of("");

  @Override
  public void beforeEach(ExtensionContext context) throws IOException {
    root = Files.createTempDirectory("optirag-own-cache-");
    System.setProperty(PROPERTY, root.toString());
  }

  @Override
  public void afterEach(ExtensionContext context) throws IOException {
    System.clearProperty(PROPERTY);
    DirectoryTree.remove(root);
  }

  Path root() {
    return root;
  }
}

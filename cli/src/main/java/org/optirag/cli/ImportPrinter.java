package org.optirag.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.dataset.store.Manifest;

/** Tells what was imported: as lines, or as JSON. */
final class ImportPrinter {
  private ImportPrinter() {}

  /** Prints. */
  static void print(ImportedDataset imported, CommonOptions common) {
    Manifest manifest = imported.manifest();
    if (common.json()) {
      common.printJson(manifest);
      return;
    }
    Manifest.Counts counts = manifest.counts();
    PrintWriter out = common.out();
    out.printf(
        Locale.ROOT,
        "%s: %,d interactions of %,d users with %,d items, from the form %s%n",
        manifest.name(),
        counts.interactions(),
        counts.users(),
        counts.items(),
        manifest.format());
    if (manifest.labels() != null) {
      out.println(manifest.labels());
    }
    if (counts.requests() > 0) {
      out.printf(Locale.ROOT, "Shown together in %,d requests%n", counts.requests());
    }
    if (counts.broken() + counts.mended() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d rows left out, %,d mended or repeated: see %s%n",
          counts.broken(),
          counts.mended(),
          imported.directory().resolve("rejected.tsv"));
    }
    if (counts.untitled() > 0) {
      out.printf(
          Locale.ROOT,
          "%,d items have no title; prompts call them by a code made of their id.%n",
          counts.untitled());
    }
    manifest.notes().forEach(note -> out.println("Note: " + note + "."));
    out.println("In " + imported.directory());
    out.flush();
  }
}

package org.optirag.cli;

import java.io.PrintWriter;
import java.util.Locale;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.dataset.store.Manifest;
import org.optirag.workspace.Counted;

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
        "%s: %s of %s with %s, from the form %s%n",
        manifest.name(),
        Counted.of(counts.interactions(), "interaction"),
        Counted.of(counts.users(), "user"),
        Counted.of(counts.items(), "item"),
        manifest.format());
    if (manifest.labels() != null) {
      out.println(manifest.labels());
    }
    if (counts.requests() > 0) {
      out.println("Shown together in " + Counted.of(counts.requests(), "request"));
    }
    if (counts.broken() + counts.mended() > 0) {
      out.printf(
          Locale.ROOT,
          "%s left out, %,d mended or repeated: see %s%n",
          Counted.of(counts.broken(), "row"),
          counts.mended(),
          imported.directory().resolve("rejected.tsv"));
    }
    if (counts.untitled() > 0) {
      out.printf(
          Locale.ROOT,
          "%s no title; prompts call %s by a code made of %s id.%n",
          Counted.of(counts.untitled(), "item") + (counts.untitled() == 1 ? " has" : " have"),
          counts.untitled() == 1 ? "it" : "them",
          counts.untitled() == 1 ? "its" : "their");
    }
    manifest.notes().forEach(note -> out.println("Note: " + note + "."));
    out.println("In " + imported.directory());
    out.flush();
  }
}

package org.optirag.cli;

import java.util.concurrent.Callable;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.ImportedDataset;
import org.optirag.dataset.store.KnownDataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code optirag data pull}: downloads and imports a public data set. */
@Command(
    name = "pull",
    mixinStandardHelpOptions = true,
    description = {
      "Downloads a public data set and imports it.",
      "From its official home; movielens-100k also from the Python package recbole, where only"
          + " package registries can be reached."
    })
final class DataPullCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;

  @Parameters(
      paramLabel = "NAME",
      description =
          "movielens-100k, movielens-1m, movielens-latest-small, movielens-25m, movielens-32m;"
              + " movietweetings, which comes with OptiRAG")
  private String name;

  @Override
  public Integer call() {
    KnownDataset known = KnownDataset.named(name);
    DatasetStore store = new DatasetStore(common.cache());
    boolean there = store.names().contains(known.name());
    if (there && !output.force()) {
      common.tell(known.name() + " was there already; --force gets and imports it anew.");
    }
    ImportedDataset imported =
        there && !output.force() ? store.find(known.name()) : store.pull(known, common.progress());
    if (!common.json()) {
      common.out().println("Terms: " + known.terms());
    }
    ImportPrinter.print(imported, common);
    return 0;
  }
}

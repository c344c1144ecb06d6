package org.optirag.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.dataset.store.KnownDataset;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code optirag data list}: lists what there is. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the imported data sets and those that can be pulled.")
final class DataListCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  /** What is printed. */
  record Listing(List<String> imported, List<String> pullable) {}

  @Override
  public Integer call() {
    Listing listing =
        new Listing(
            new DatasetStore(common.cache()).names(),
            KnownDataset.all().stream().map(KnownDataset::name).toList());
    if (common.json()) {
      common.printJson(listing);
    } else {
      common.out().println("imported: " + String.join(", ", listing.imported()));
      common.out().println("to pull:  " + String.join(", ", listing.pullable()));
      common.out().flush();
    }
    return 0;
  }
}

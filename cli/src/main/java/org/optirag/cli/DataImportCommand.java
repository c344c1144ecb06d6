package org.optirag.cli;

import java.util.concurrent.Callable;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.store.DatasetStore;
import org.optirag.workspace.UserException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code optirag data import}: imports files. */
@Command(
    name = "import",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Imports the data set in a directory into the cache, as Parquet.",
      "",
      "The form is recognised by the files' names: MovieLens (100K, 1M, latest, 25M, 32M), MovieTweetings,"
          + " RecBole (.inter, .item, .user), Book-Crossing, Amazon Reviews (2014, 2018, 2023,"
          + " with meta_), CoLLM's splits (train.csv, valid.csv, test.csv), lists 'user item item"
          + " ...' (train.txt and test.txt, or sequences.txt). For anything else write a mapping:",
      "",
      "  name: my-shop",
      "  noun: product",
      "  interactions:           # csv, tsv, jsonl or parquet, by the file's name",
      "    file: ratings.csv.gz",
      "    user: customer",
      "    item: sku",
      "    rating: stars         # or click: clicked; with neither every row is a click",
      "    time: at              # left out: the order of the file",
      "    time-unit: seconds    # or milliseconds, iso",
      "    request: page         # rows that one user was shown at once have one id; left out: unknown",
      "  items:",
      "    file: products.csv",
      "    id: sku",
      "    title: name",
      "    fields: {brand: maker}",
      "  rules: {liked-from: 4}",
      "",
      "Of a user's repeated ratings of an item the last one counts (with a request: of the request's)."
          + " Broken rows are left out"
          + " and listed in rejected.tsv beside the import.",
      ""
    },
    footer = {"", "Example: optirag data import shop/ --mapping shop.yaml --core 5"})
final class DataImportCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;
  @Mixin private SourceOptions options;

  @Override
  public Integer call() {
    Source source = options.source();
    DatasetStore store = new DatasetStore(common.cache());
    if (!output.force() && store.names().contains(source.name())) {
      throw new UserException(
          "There is a data set " + source.name() + " already.",
          "Name this one otherwise (--name), or give --force to replace it.");
    }
    ImportPrinter.print(
        store.importSource(source, options.rules(source), common.progress()), common);
    return 0;
  }
}

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
      "  noun: product            # what a prompt calls an item",
      "  interactions:            # a table, or a list of tables",
      "    file: ratings.csv.gz",
      "    format: csv            # or tsv, jsonl, parquet, lists; else by file's name",
      "    delimiter: ','         # of csv; so are the next three",
      "    quote: '\"'             # or none",
      "    escape: \\              # makes the next character literal; else none",
      "    columns: [customer, sku]    # left out: the file's first line names them",
      "    encoding: UTF-8        # or windows-1252, UTF-16LE, ...; of csv and jsonl",
      "    user: customer         # a column, or a field within one: buyer.id",
      "    item: sku              # or several columns: [first, second]",
      "    lists: false           # true: an item column holds several ids",
      "    rating: stars          # or click: clicked; with neither all are clicks",
      "    decimal: '.'           # of ratings; or ',' as in 4,5",
      "    time: at               # left out: the order of the file",
      "    time-unit: seconds     # or milliseconds, microseconds, nanoseconds,",
      "                           # iso (a text, no number)",
      "                           # or time-format: dd/MM/yyyy HH:mm, as Java writes it",
      "    time-zone: UTC         # of times that name none; or Europe/Berlin",
      "    history: before        # what the user liked before, parted by blanks",
      "    request: page          # what a user was shown at once has one id",
      "    part: train            # or validation, test: for data that come split",
      "  items:                   # a table, or a list of tables; the file as above",
      "    file: products.csv",
      "    id: sku",
      "    title: name",
      "    fields: {brand: maker} # name in prompts: column",
      "  users:                   # as items",
      "    file: customers.csv",
      "    id: customer",
      "    fields: {age: age}",
      "  rules:",
      "    liked-from: 4          # label 1 from this rating on",
      "    zeros: rating          # what a rating of 0 means; or negative, drop",
      "    core: 1                # keep users and items with at least so many",
      "    order: file            # of rows without time; or shuffled",
      "    all-items: false       # true: keep items that nobody touched",
      "    most-broken: 0.01      # stop if a larger share of a file's rows is broken",
      "",
      "A list in a cell is read as its texts, a map as 'key: value'. A number is a time in the unit"
          + " given, a text a date, in UTC unless it or 'time-zone' names a zone.",
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

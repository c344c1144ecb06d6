package org.optirag.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Where data lies and what its rows mean, for import and check; use as a {@code @Mixin}. */
final class SourceOptions {
  @Parameters(paramLabel = "DIR", description = "The directory with the files, plain or gzipped.")
  private Path directory;

  @Option(
      names = {"-m", "--mapping"},
      paramLabel = "FILE",
      description = "Says in YAML which column means what, for files of no known form.")
  private @Nullable Path mapping;

  @Option(names = "--name", description = "Name in the cache; the form's own if absent.")
  private @Nullable String name;

  @Option(names = "--noun", description = "What a prompt calls an item, such as 'movie'.")
  private @Nullable String noun;

  @Option(
      names = "--liked-from",
      paramLabel = "RATING",
      description =
          "Label 1 from this rating on (3.5 stands for 'above 3'); default the mapping's, 4 without"
              + " one there, 3.5 for RecBole's files. The import says which it took.")
  private @Nullable Double likedFrom;

  @Option(names = "--zeros", description = "What a rating of 0 means: ${COMPLETION-CANDIDATES}.")
  private Rules.@Nullable Zeros zeros;

  @Option(names = "--order", description = "Order of rows without time: ${COMPLETION-CANDIDATES}.")
  private Rules.@Nullable Order order;

  @Option(
      names = "--core",
      paramLabel = "K",
      description = "Keep users and items with at least K interactions each.")
  private @Nullable Integer core;

  @Option(names = "--all-items", description = "Keep items that nobody touched.")
  private boolean allItems;

  @Option(
      names = "--most-broken",
      paramLabel = "SHARE",
      description = "Stop if more of a file's rows are broken; 0.01 is 1 %%, the default.")
  private @Nullable Double mostBroken;

  /** The files, in a form that is known or mapped. */
  Source source() {
    Source source =
        mapping == null ? Formats.recognise(directory) : Mapping.source(mapping, directory);
    return source.named(name, noun);
  }

  /** The source's own rules, but for what was asked for. */
  Rules rules(Source source) {
    Rules rules = source.rules();
    rules = likedFrom == null ? rules : rules.withLikedFrom(likedFrom);
    rules = zeros == null ? rules : rules.withZeros(zeros);
    rules = order == null ? rules : rules.withOrder(order);
    rules = core == null ? rules : rules.withCore(core);
    rules = mostBroken == null ? rules : rules.withMostBroken(mostBroken);
    return allItems ? rules.withAllItems(true) : rules;
  }
}

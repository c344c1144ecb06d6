package org.optirag.dataset.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.Text;
import org.optirag.dataset.source.Source.TextTable;
import org.optirag.dataset.source.Source.TimeUnit;

/**
 * A CTR split as CoLLM publishes it: train.csv, valid.csv, test.csv with the columns uid, iid,
 * label, timestamp, history, and items.csv with iid, title. A valid_small.csv is a part of
 * valid.csv and is not read.
 */
record CollmSplit() implements Formats.Format {
  @Override
  public String name() {
    return "collm-split";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    Optional<Path> train = files.find("train.csv");
    Optional<Path> valid = files.find("valid.csv");
    Optional<Path> test = files.find("test.csv");
    if (train.isEmpty() || valid.isEmpty() || test.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Source(
            files.name(),
            name(),
            files.name().startsWith("ml-") ? "movie" : "item",
            List.of(
                table(train.get(), Part.TRAIN),
                table(valid.get(), Part.VALIDATION),
                table(test.get(), Part.TEST)),
            files.find("items.csv").stream()
                .map(items ->
                    new TextTable(
                        items, Delimited.csv(), "iid", Text.column("title", "title"), List.of()))
                .toList(),
            List.of(),
            Rules.likedFrom(3.5)));
  }

  private static InteractionTable table(Path file, Part part) {
    return new InteractionTable(
        file,
        Delimited.csv(),
        "uid",
        List.of("iid"),
        false,
        null,
        false,
        "label",
        "timestamp",
        TimeForm.in(TimeUnit.SECONDS),
        "history",
        null,
        part);
  }
}

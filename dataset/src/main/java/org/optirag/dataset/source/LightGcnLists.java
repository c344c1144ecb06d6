package org.optirag.dataset.source;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.Part;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.TimeUnit;

/**
 * One line a user, "user item item …": train.txt and test.txt as LightGCN publishes its splits
 * (Gowalla, Yelp2018, Amazon-Book), or sequences.txt, oldest first, as S3-Rec does. No texts, no
 * ratings: every row is a click.
 */
record LightGcnLists() implements Formats.Format {
  @Override
  public String name() {
    return "user-lists";
  }

  @Override
  public Optional<Source> find(SourceFiles files) {
    Optional<Path> train = files.find("train.txt");
    Optional<Path> test = files.find("test.txt");
    if (train.isPresent() && test.isPresent()) {
      return Optional.of(
          source(
              files.name(), List.of(table(train.get(), Part.TRAIN), table(test.get(), Part.TEST))));
    }
    return files
        .find("sequences.txt")
        .map(sequences -> source(files.name(), List.of(table(sequences, null))));
  }

  private Source source(String name, List<InteractionTable> tables) {
    return new Source(name, name(), "item", tables, List.of(), List.of(), Rules.likedFrom(1));
  }

  private static InteractionTable table(Path file, @Nullable Part part) {
    return new InteractionTable(
        file,
        new UserLists(),
        "user",
        List.of("item"),
        false,
        null,
        false,
        null,
        null,
        TimeForm.in(TimeUnit.SECONDS),
        null,
        null,
        part);
  }
}

package org.optirag.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.synthetic.SyntheticRatings;
import org.optirag.workspace.Counted;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code optirag data synthesize}: data of any size. */
@Command(
    name = "synthesize",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes synthetic ratings with popular and rare items, busy and quiet users, and tastes to be"
          + " found: ratings.csv and movies.csv in MovieLens' form, and mapping.yaml for jobs on"
          + " Spark. The same seed writes the same bytes; memory does not grow with the size.",
      ""
    },
    footer = {"", "Example: optirag data synthesize /data/ten-million --interactions 10000000"})
final class SynthesizeCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;
  @Mixin private OutputOptions output;

  @Parameters(paramLabel = "DIR", description = "Takes the files.")
  private Path directory;

  @Option(
      names = "--interactions",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "About how many; default ${DEFAULT-VALUE}.")
  private long interactions = 1_000_000;

  @Option(names = "--users", paramLabel = "N", description = "Default: one for 100 interactions.")
  private @Nullable Integer users;

  @Option(
      names = "--items",
      paramLabel = "N",
      description = "Default: 4,000 at a million interactions, growing with the square root.")
  private @Nullable Integer items;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Default 1.")
  private long seed = 1;

  /** What was written, as JSON has it. */
  record Written(String directory, long interactions, int users, int items) {}

  @Override
  public Integer call() {
    SyntheticRatings usual = SyntheticRatings.of(interactions, seed);
    SyntheticRatings ratings =
        new SyntheticRatings(
            interactions,
            users == null ? usual.users() : users,
            items == null ? usual.items() : items,
            seed);
    long rows = ratings.write(output.whole(directory), common.progress());
    if (common.json()) {
      common.printJson(new Written(directory.toString(), rows, ratings.users(), ratings.items()));
    } else {
      common
          .out()
          .printf(
              Locale.ROOT,
              "%s of %s with %s in %s%n",
              Counted.of(rows, "interaction"),
              Counted.of(ratings.users(), "user"),
              Counted.of(ratings.items(), "item"),
              directory);
      common.out().flush();
    }
    return 0;
  }
}

package org.optirag.dataset.synthetic;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.SplittableRandom;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Ratings with popular and rare items, busy and quiet users, and tastes to be found: users and
 * items belong to genres; a user takes most items from the genres he likes, and rates these higher.
 *
 * <p>Everything is a function of the seed and of the user's or item's number, written user by user:
 * memory does not grow with the number of interactions.
 *
 * @param interactions how many, about: users draw until they have as many items as they want
 * @param users how many users
 * @param items how many items
 * @param seed of all draws
 */
public record SyntheticRatings(long interactions, int users, int items, long seed) {
  private static final int GENRES = 20;
  private static final int LIKED_GENRES = 3;
  private static final double FROM_LIKED = 0.7;
  private static final double SKEW =
      2.5; // of popularity: of draws 40 % go to the first tenth of items
  private static final long BEGIN = 1_600_000_000L;
  private static final int SPAN = 3 * 365 * 86_400;

  /** Checks the numbers. */
  public SyntheticRatings {
    if (interactions < 1 || users < 1 || items < GENRES) {
      throw new UserException(
          "%d interactions of %d users with %d items are not possible."
              .formatted(interactions, users, items),
          "Give at least 1 interaction, 1 user and " + GENRES + " items.");
    }
    if (interactions / users > items / 4) {
      throw new UserException(
          "%d interactions of %d users are more than a quarter of %d items each."
              .formatted(interactions, users, items),
          "Give more users or more items.");
    }
  }

  /**
   * As many users and items as such a data set usually has: 100 interactions a user, and items that
   * grow with the root, 4,000 at a million interactions.
   */
  public static SyntheticRatings of(long interactions, long seed) {
    long items = Math.max(800, Math.round(4_000 * Math.sqrt(interactions / 1e6)));
    return new SyntheticRatings(
        interactions,
        (int) Math.max(1, interactions / 100),
        (int) Math.min(Integer.MAX_VALUE - 8, items),
        seed);
  }

  /**
   * Writes ratings.csv and movies.csv in MovieLens' form, which {@code optirag data import} knows,
   * and mapping.yaml, which the job {@code prepare} reads.
   *
   * @return how many interactions were written
   * @throws UserException if the directory cannot be written
   */
  public long write(Path directory, Progress progress) {
    long[] written = new long[1];
    AtomicFiles.writeString(directory.resolve("mapping.yaml"), MAPPING);
    AtomicFiles.write(
        directory.resolve("movies.csv"),
        out -> {
          var lines = new java.io.OutputStreamWriter(out, StandardCharsets.UTF_8);
          lines.write("movieId,title,genres\n");
          for (int item = 1; item <= items; item++) {
            int genre = genre(item);
            lines.write(item + ",Film " + item + " of genre " + genre + ",Genre " + genre + "\n");
          }
          lines.flush();
        });
    try (Progress.Task task = progress.begin("synthesize", interactions, "rows")) {
      AtomicFiles.write(
          directory.resolve("ratings.csv"),
          out -> {
            var lines =
                new BufferedWriter(
                    new java.io.OutputStreamWriter(out, StandardCharsets.US_ASCII), 1 << 16);
            lines.write("userId,movieId,rating,timestamp\n");
            for (int user = 1; user <= users; user++) {
              long of = writeUser(user, lines);
              written[0] += of;
              task.advance(of);
            }
            lines.flush();
          });
    }
    return written[0];
  }

  private static final String MAPPING =
      """
      name: synthetic
      noun: movie
      interactions: {file: ratings.csv, user: userId, item: movieId, rating: rating, time: timestamp}
      items: {file: movies.csv, id: movieId, title: title, fields: {genres: genres}}
      rules: {liked-from: 3.5}
      """;

  private int genre(int item) {
    return (int) Long.remainderUnsigned(mixed(item), GENRES);
  }

  private long mixed(long number) {
    long z = (number + seed) * 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    return z ^ (z >>> 31);
  }

  private int writeUser(int user, BufferedWriter lines) throws IOException {
    SplittableRandom random = new SplittableRandom(mixed(-user));
    // Activity falls exponentially; the mean is what was asked for.
    double mean = (double) interactions / users;
    int wanted =
        (int)
            Math.max(
                1,
                Math.min(
                    items / 2.0, (double) Math.round(-Math.log(1 - random.nextDouble()) * mean)));
    int liked = 0;
    while (Integer.bitCount(liked) < LIKED_GENRES) {
      liked |= 1 << random.nextInt(GENRES);
    }
    long begin = BEGIN + random.nextInt(SPAN);
    java.util.BitSet seen = new java.util.BitSet();
    int written = 0;
    StringBuilder line = new StringBuilder(48);
    for (long draw = 0; written < wanted && draw < 40L * wanted; draw++) {
      int item = 1 + (int) (Math.pow(random.nextDouble(), SKEW) * items);
      boolean ofTaste = (liked >> genre(item) & 1) == 1;
      if (seen.get(item) || (!ofTaste && random.nextDouble() > otherTaste())) {
        continue;
      }
      seen.set(item);
      written++;
      double stars = (ofTaste ? 4.0 : 2.9) + random.nextGaussian();
      long halves = Math.max(1, Math.min(10, Math.round(2 * stars)));
      line.setLength(0);
      line.append(user).append(',').append(item).append(',').append(halves / 2);
      line.append(halves % 2 == 0 ? ".0," : ".5,").append(begin + 60L * written).append('\n');
      lines.append(line);
    }
    return written;
  }

  /** How often an item of no liked genre is taken, so that {@link #FROM_LIKED} come from liked. */
  private static double otherTaste() {
    double ofTaste = (double) LIKED_GENRES / GENRES;
    return (1 - FROM_LIKED) / FROM_LIKED * ofTaste / (1 - ofTaste);
  }
}

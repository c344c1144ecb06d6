package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.optirag.workspace.UserException;

/**
 * What is wrong with a source.
 *
 * @param name of the data set
 * @param format recognised
 * @param files rows and broken rows of each file
 * @param broken rows left out
 * @param mended rows kept otherwise than they stand
 * @param repeats interactions replaced by a later one of the same user and item
 * @param untitled items with interactions and without a title
 * @param reasons how often each complaint was made, numbers in it as '#'
 * @param first the first few complaints of each kind
 * @param notes what stood out in the data as a whole, each a sentence
 * @param labels how many interactions would be likes, and why; null where none is left
 * @param refusal why an import would stop, or null where it would not
 */
public record Check(
    String name,
    String format,
    List<FileCount> files,
    long broken,
    long mended,
    long repeats,
    long untitled,
    Map<String, Long> reasons,
    List<Reject> first,
    List<String> notes,
    @Nullable String labels,
    @Nullable String refusal) {

  /**
   * A complaint.
   *
   * @param line the row's first line, from 1
   * @param broken whether the row was left out; if not, it was kept otherwise than it stands
   * @param excerpt the row's beginning
   */
  public record Reject(String file, long line, boolean broken, String reason, String excerpt) {}

  /** Rows of a file. */
  public record FileCount(String file, long rows, long broken) {
    /** The share of broken rows, 0 for a file without rows. */
    public double share() {
      return broken == 0 ? 0 : (double) broken / (rows + broken);
    }
  }

  /** The file that keeps the broken rows of an import that was refused. */
  static Path rejectedBeside(Path target) {
    return target.resolveSibling(target.getFileName() + ".rejected.tsv");
  }

  /** Refuses an import of which a file has a larger share of broken rows than {@code most}. */
  void insistOn(double most, Path rejected, Path target) throws IOException {
    Optional<String> problem = tooManyBroken(files, first, most);
    if (problem.isPresent()) {
      Path kept = rejectedBeside(target);
      Files.move(rejected, kept, StandardCopyOption.REPLACE_EXISTING);
      throw new UserException(
          problem.get(),
          "All are listed in " + kept + "; mend the file, or allow more with --most-broken.");
    }
  }

  /** Why an import would stop at broken rows, if it would. */
  static Optional<String> tooManyBroken(List<FileCount> files, List<Reject> first, double most) {
    for (FileCount file : files) {
      if (file.share() > most) {
        Path name = Path.of(file.file()).getFileName();
        String example =
            first.stream()
                .filter(reject -> reject.broken() && reject.file().equals(String.valueOf(name)))
                .map(reject -> "; line " + reject.line() + ": " + reject.reason())
                .findFirst()
                .orElse("");
        return Optional.of(
            String.format(
                Locale.ROOT,
                "%s: %,d of %,d rows are broken (%.1f %%, at most %.1f %% may be)%s.",
                file.file(),
                file.broken(),
                file.rows() + file.broken(),
                100 * file.share(),
                100 * most,
                example));
      }
    }
    return Optional.empty();
  }
}

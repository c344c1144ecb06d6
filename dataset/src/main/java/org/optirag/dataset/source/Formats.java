package org.optirag.dataset.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.optirag.workspace.UserException;

/** Recognises the form of a data set by the names of its files. */
public final class Formats {
  private static final List<Format> KNOWN =
      List.of(
          new MovieLens100k(),
          new MovieTweetings(), // before the form that its files are called like
          new MovieLens1m(),
          new MovieLensCsv(),
          new CollmSplit(),
          new RecBoleAtomic(),
          new BookCrossing(),
          new LightGcnLists(),
          new AmazonReviews());

  private Formats() {}

  /** The names of the forms that are recognised. */
  public static List<String> names() {
    return KNOWN.stream().map(Format::name).toList();
  }

  /**
   * The data set in a directory.
   *
   * @throws UserException if no form is recognised
   */
  public static Source recognise(Path directory) {
    if (!Files.isDirectory(directory)) {
      throw new UserException(
          directory + (Files.exists(directory) ? " is not a directory." : " does not exist."),
          "Name the directory that holds the files of the data set, or a mapping in YAML.");
    }
    for (Format format : KNOWN) {
      Optional<Source> found = format.find(new SourceFiles(directory));
      if (found.isPresent()) {
        return found.get();
      }
    }
    throw new UserException(
        "The files in " + directory + " are of no known form: " + new SourceFiles(directory) + ".",
        "Known are " + names() + "; for others write a mapping (optirag data import --help).");
  }

  /** A known form. */
  sealed interface Format
      permits MovieLens100k,
          MovieLens1m,
          MovieTweetings,
          MovieLensCsv,
          CollmSplit,
          RecBoleAtomic,
          BookCrossing,
          LightGcnLists,
          AmazonReviews {
    String name();

    /** The data set, if the files of this form are there. */
    Optional<Source> find(SourceFiles files);
  }
}

package org.optirag.dataset.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Enumeration;
import java.util.List;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.AtomicFiles;
import org.optirag.workspace.Download;
import org.optirag.workspace.Progress;
import org.optirag.workspace.PythonPackage;
import org.optirag.workspace.UserException;
import org.slf4j.LoggerFactory;

/**
 * A data set that can be had: as a zip from its official home, or, where that cannot be reached,
 * from a Python package that carries it; or one that comes with OptiRAG.
 *
 * @param name for instance "movielens-100k"
 * @param url of the zip, or null of one that comes with OptiRAG
 * @param sha256 of the zip, or null where it changes from time to time
 * @param terms under which it may be used, in a sentence
 */
public record KnownDataset(
    String name, @Nullable String url, @Nullable String sha256, String terms) {
  private static final String HOME = "https://files.grouplens.org/datasets/movielens/";
  private static final String TERMS =
      "GroupLens: for research, to be cited, not to be redistributed or sold.";
  private static final long MOST_BYTES = 8L << 30; // unpacked, of a file

  private static final List<KnownDataset> ALL =
      List.of(
          new KnownDataset(
              "movielens-100k",
              HOME + "ml-100k.zip",
              "50d2a982c66986937beb9ffb3aa76efe955bf3d5c6b761f4e3a7cd717c6a3229",
              TERMS),
          new KnownDataset(
              "movielens-1m",
              HOME + "ml-1m.zip",
              "a6898adb50b9ca05aa231689da44c217cb524e7ebd39d264c56e2832f2c54e20",
              TERMS),
          new KnownDataset("movielens-latest-small", HOME + "ml-latest-small.zip", null, TERMS),
          new KnownDataset(
              "movielens-25m",
              HOME + "ml-25m.zip",
              "8b21cfb7eb1706b4ec0aac894368d90acf26ebdfb6aced3ebd4ad5bd1eb9c6aa",
              TERMS),
          new KnownDataset(
              "movielens-32m",
              HOME + "ml-32m.zip",
              "e4a68655d7386b8f95f2f2424b2ff975dfdd15ffd59e0d864a14dca43e99d6ee",
              TERMS),
          new KnownDataset(
              "movietweetings",
              null,
              null,
              "MIT licence, Copyright (c) 2013 Simon Dooms: ratings that people tweeted."));

  /** The files of the data set that comes with OptiRAG. */
  private static final List<String> SHIPPED = List.of("ratings.dat.gz", "movies.dat.gz", "LICENSE");

  /** All of them. */
  public static List<KnownDataset> all() {
    return ALL;
  }

  /** The one of this name. */
  public static Optional<KnownDataset> find(String name) {
    return ALL.stream().filter(known -> known.name().equals(name)).findFirst();
  }

  /** The one of this name; says which there are where there is none. */
  public static KnownDataset named(String name) {
    return find(name)
        .orElseThrow(() ->
            new UserException(
                "There is no data set '" + name + "' to download.",
                "There are " + ALL.stream().map(KnownDataset::name).toList() + "."));
  }

  /** Downloads into a directory what is not there yet. */
  Source download(Path directory, Progress progress) {
    if (url == null) {
      return Formats.recognise(copied(directory));
    }
    try {
      Path zip = directory.resolve(url.substring(url.lastIndexOf('/') + 1));
      return Formats.recognise(unpacked(new Download(url, sha256).to(zip, progress)));
    } catch (UserException e) {
      if (!name.equals("movielens-100k")) {
        throw e;
      }
      LoggerFactory.getLogger(KnownDataset.class).debug("turning to the Python package", e);
      return Formats.recognise(fromRecBole(directory.resolve("recbole"), progress));
    }
  }

  private Path copied(Path directory) {
    for (String file : SHIPPED) {
      String resource = name + "/" + file;
      AtomicFiles.write(
          directory.resolve(file),
          out -> {
            try (InputStream in = KnownDataset.class.getResourceAsStream(resource)) {
              if (in == null) {
                throw new IOException(resource + " is missing from the program");
              }
              in.transferTo(out);
            }
          });
    }
    return directory;
  }

  /** RecBole's wheel carries MovieLens-100K in its own form; the content is the same. */
  private static Path fromRecBole(Path directory, Progress progress) {
    String entry = "recbole/dataset_example/ml-100k/ml-100k.";
    new PythonPackage("recbole", "1.2.1")
        .extract(
            List.of(
                new PythonPackage.Wanted(
                    entry + "inter",
                    "4edb74e2a81178c2ba9ff381495f754f996c4aea351b1272ca36b43da0935eff",
                    directory.resolve("ml-100k.inter")),
                new PythonPackage.Wanted(
                    entry + "item",
                    "51d7cdf777ce5c0f5b32c1d947a4a81fe07d75e78abbe761e0cd4d0756064532",
                    directory.resolve("ml-100k.item")),
                new PythonPackage.Wanted(
                    entry + "user",
                    "4f670007d9cfbeb9807e757209af1555b9bcc186bde25e767f67cb67c6dd5972",
                    directory.resolve("ml-100k.user"))),
            progress);
    return directory;
  }

  /** Unpacks the files of a zip, less their folders, beside it. */
  static Path unpacked(Path zip) {
    Path target = zip.resolveSibling("unpacked");
    try (ZipFile file = new ZipFile(zip.toFile());
        Scratch scratch = new Scratch(target)) {
      if (Files.isDirectory(target)) {
        return target;
      }
      Path result = Files.createDirectory(scratch.directory().resolve("result"));
      for (Enumeration<? extends ZipEntry> all = file.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        String plain = entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
        if (entry.getSize() > MOST_BYTES) {
          throw new UserException(
              zip + ": " + entry.getName() + " has " + entry.getSize() + " bytes unpacked.",
              "This is not the file that was expected; remove it.");
        }
        if (!plain.isEmpty() && !plain.startsWith(".")) {
          try (InputStream in = file.getInputStream(entry)) {
            Files.copy(in, result.resolve(plain), StandardCopyOption.REPLACE_EXISTING);
          }
        }
      }
      Scratch.replace(target, result);
      return target;
    } catch (IOException e) {
      throw new UserException(
          "Cannot unpack " + zip + ": " + e.getMessage() + ".",
          "Remove it and run again, or free some space.",
          e);
    }
  }
}

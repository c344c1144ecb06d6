package org.optirag.dataset.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipException;
import org.duckdb.DuckDBAppender;
import org.jspecify.annotations.Nullable;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.dataset.source.Source.InteractionTable;
import org.optirag.dataset.source.Source.TextTable;
import org.optirag.workspace.Checksums;
import org.optirag.workspace.Progress;
import org.optirag.workspace.UserException;

/**
 * Turns a source into the imported form: a directory with interactions.parquet, items.parquet,
 * users.parquet, dataset.json and rejected.tsv. The directory appears whole or not at all.
 */
final class Importer {
  private final Source source;
  private final Rules rules;
  private final Progress progress;
  private final Clock clock;

  Importer(Source source, Rules rules, Progress progress, Clock clock) {
    this.source = source;
    this.rules = rules;
    this.progress = progress;
    this.clock = clock;
  }

  /** What a reading found, whether or not it ended in an import. */
  record Outcome(@Nullable Manifest manifest, Check check) {}

  /**
   * Reads the source into {@code target}, replacing what is there.
   *
   * @throws UserException if more rows are broken than the rules allow; the broken rows are then in
   *     TARGET.rejected.tsv
   */
  Manifest importTo(Path target) {
    try (Scratch scratch = new Scratch(target)) {
      Path result = Files.createDirectory(scratch.directory().resolve("result"));
      Outcome outcome = read(scratch.directory(), result);
      outcome.check().insistOn(rules.mostBroken(), result.resolve("rejected.tsv"), target);
      Manifest manifest = outcome.manifest();
      if (manifest == null) {
        throw new UserException(
            nothingLeft(),
            rules.core() > 1
                ? "A core of " + rules.core() + " is too strict for it; try a smaller one."
                : "Check that these are the right files.");
      }
      manifest.write(result);
      Scratch.replace(target, result);
      Files.deleteIfExists(Check.rejectedBeside(target));
      return manifest;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  /** Reads the source as an import would, and tells what is wrong with it. */
  Check check(Path rejected) {
    try (Scratch scratch = new Scratch(rejected)) {
      Path result = Files.createDirectory(scratch.directory().resolve("result"));
      Check check = read(scratch.directory(), result).check();
      Files.move(result.resolve("rejected.tsv"), rejected, StandardCopyOption.REPLACE_EXISTING);
      return check;
    } catch (IOException e) {
      throw unreadable(e);
    }
  }

  private Outcome read(Path scratch, Path result) throws IOException {
    List<Path> files = source.files();
    for (Path file : files) {
      if (Files.size(file) == 0) {
        throw new UserException(
            file + " is empty.",
            "Put the file there as it was meant to be; if it belongs to a download, get that again.");
      }
    }
    List<Check.FileCount> counts = new ArrayList<>();
    TextReader items;
    TextReader users;
    long historyOnly;
    long rows;
    Manifest manifest = null;
    try (Rejects rejects = new Rejects(result.resolve("rejected.tsv"));
        Duck duck = Duck.onDisk(scratch);
        Progress.Task task = progress.begin("import " + source.name(), -1, "rows")) {
      source.notes().forEach(rejects::noted);
      items = new TextReader(source.items(), rejects);
      users = new TextReader(source.users(), rejects);
      duck.run("CREATE TABLE raw (" + InteractionReader.COLUMNS + ")");
      duck.run("CREATE TABLE item_texts (" + items.columns() + ")");
      duck.run("CREATE TABLE user_texts (" + users.columns() + ")");
      try (DuckDBAppender out = duck.appender("raw")) {
        InteractionReader reader = new InteractionReader(rules, rejects, out, task, clock);
        for (InteractionTable table : source.interactions()) {
          long before = reader.rows();
          reader.read(table, files.indexOf(table.file()));
          counts.add(count(table.file(), reader.rows() - before, rejects));
        }
        historyOnly = reader.addHistories();
        rows = reader.rows();
      }
      readTexts(duck, "item_texts", items, source.items(), files, task, rejects, counts);
      readTexts(duck, "user_texts", users, source.users(), files, task, rejects, counts);
      task.note("sorting");
      Normaliser normaliser =
          new Normaliser(duck, rules, items.names(), users.names(), files, rejects);
      Normaliser.Result kept = normaliser.write(result);
      Findings findings = new Findings(duck, source, rules, rejects);
      findings.tell(items.names(), users.names());
      String labels = findings.labels();
      if (kept.interactions() > 0) {
        manifest =
            new Manifest(
                Manifest.VERSION,
                source.name(),
                source.format(),
                source.noun(),
                kept.timed(),
                kept.split(),
                rules,
                items.names(),
                users.names(),
                new Manifest.Counts(
                    rows,
                    rejects.broken(),
                    rejects.mended(),
                    kept.repeats(),
                    historyOnly,
                    kept.interactions(),
                    kept.users(),
                    kept.items(),
                    kept.untitled(),
                    kept.requests()),
                sums(files),
                rejects.notes(),
                labels);
      }
      return new Outcome(
          manifest,
          new Check(
              source.name(),
              source.format(),
              counts,
              rejects.broken(),
              rejects.mended(),
              kept.repeats(),
              kept.untitled(),
              rejects.byReason(),
              rejects.first(),
              rejects.notes(),
              labels,
              Check.tooManyBroken(counts, rejects.first(), rules.mostBroken())
                  .orElse(manifest == null ? nothingLeft() : null)));
    } catch (SQLException e) {
      throw Duck.trouble(e);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private String nothingLeft() {
    return "No interaction is left of "
        + source.files()
        + (rules.core() > 1 ? " with a core of " + rules.core() : "")
        + ".";
  }

  private static List<Manifest.SourceFile> sums(List<Path> files) throws IOException {
    List<Manifest.SourceFile> sums = new ArrayList<>();
    for (Path file : files) {
      String name = String.valueOf(file.getFileName());
      sums.add(new Manifest.SourceFile(name, Files.size(file), Checksums.sha256(file)));
    }
    return sums;
  }

  private static void readTexts(
      Duck duck,
      String staging,
      TextReader reader,
      List<TextTable> tables,
      List<Path> files,
      Progress.Task task,
      Rejects rejects,
      List<Check.FileCount> counts)
      throws IOException, SQLException {
    try (DuckDBAppender out = duck.appender(staging)) {
      for (TextTable table : tables) {
        long rows = reader.read(table, files.indexOf(table.file()), out, task);
        counts.add(count(table.file(), rows, rejects));
      }
    }
  }

  private static Check.FileCount count(Path file, long rows, Rejects rejects) {
    return new Check.FileCount(file.toString(), rows, rejects.broken(file));
  }

  private UserException unreadable(IOException e) {
    boolean truncated = e instanceof ZipException || e instanceof java.io.EOFException;
    return new UserException(
        "Cannot read " + source.files() + ": " + e.getMessage() + ".",
        truncated ? "The file is damaged or cut off; download it again." : "Check the file.",
        e);
  }
}

package org.optirag.dataset.store;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.optirag.dataset.Dataset;
import org.optirag.dataset.Field;
import org.optirag.dataset.Interactions;
import org.optirag.dataset.source.Formats;
import org.optirag.dataset.source.Mapping;
import org.optirag.dataset.source.Rules;
import org.optirag.dataset.source.Source;
import org.optirag.workspace.CacheDirectory;
import org.optirag.workspace.Progress;

/** Files as users bring them, and what an import makes of them. */
final class GivenFiles {
  private static final Clock NOW =
      Clock.fixed(Instant.parse("2026-01-01T00:00:00Z"), ZoneOffset.UTC);

  private final Path data;
  private final DatasetStore store;

  GivenFiles(Path temporary) throws IOException {
    data = Files.createDirectory(temporary.resolve("data"));
    store = new DatasetStore(new CacheDirectory(temporary.resolve("cache")), NOW);
  }

  Path directory() {
    return data;
  }

  GivenFiles file(String name, String text) throws IOException {
    return file(name, text.getBytes(StandardCharsets.UTF_8));
  }

  GivenFiles file(String name, byte[] content) throws IOException {
    Files.write(data.resolve(name), content);
    return this;
  }

  /** A resource of this package's tests. */
  GivenFiles resource(String folder, String... names) throws IOException {
    for (String name : names) {
      try (var in = GivenFiles.class.getResourceAsStream(folder + "/" + name)) {
        file(name, Objects.requireNonNull(in, name).readAllBytes());
      }
    }
    return this;
  }

  /** The result of a query as Parquet. */
  GivenFiles parquet(String name, String query) {
    try (Duck duck = Duck.inMemory(data)) {
      duck.run("COPY (" + query + ") TO " + Duck.literal(data.resolve(name)) + " (FORMAT parquet)");
    }
    return this;
  }

  /** What is recognised, imported. */
  ImportedDataset imported() {
    return imported(Formats.recognise(data));
  }

  /** What a mapping makes of the files, imported. */
  ImportedDataset mapped(String yaml) throws IOException {
    return imported(source(yaml));
  }

  Source source(String yaml) throws IOException {
    return Mapping.source(Files.writeString(data.resolveSibling("mapping.yaml"), yaml), data);
  }

  ImportedDataset imported(Source source) {
    return store.importSource(source, source.rules(), Progress.silent());
  }

  Check checked(Source source) {
    return checked(source, source.rules());
  }

  Check checked(Source source, Rules rules) {
    return store.check(source, rules, data.resolveSibling("rejected.tsv"), Progress.silent());
  }

  /** Each interaction as "user item rating +/- time", and its part where there is a split. */
  static List<String> rows(ImportedDataset imported) {
    Dataset read = imported.load();
    Interactions all = read.interactions();
    return IntStream.range(0, all.size())
        .mapToObj(row ->
            read.users().ids().id(all.user(row))
                + " "
                + read.items().ids().id(all.item(row))
                + " "
                + all.rating(row)
                + (all.label(row) ? " + " : " - ")
                + all.time(row)
                + (read.published().present() ? " " + read.published().of(row) : ""))
        .toList();
  }

  /** Each item as "id title" and its fields. */
  static List<String> items(ImportedDataset imported) {
    Dataset read = imported.load();
    return IntStream.range(0, read.items().size())
        .mapToObj(item -> {
          StringBuilder text =
              new StringBuilder(read.items().ids().id(item) + " " + read.items().title(item));
          for (Field field : read.items().fields().get(item)) {
            text.append(" | ").append(field.name()).append(": ").append(field.value());
          }
          return text.toString();
        })
        .toList();
  }
}
